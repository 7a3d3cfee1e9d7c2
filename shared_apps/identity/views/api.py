"""The sign-in API of a tenant: tokens, and who I am."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import active_role
from shared_apps.identity.domain.signin import TooManyAttempts, sign_in_for_tokens
from shared_apps.identity.domain.tokens import (
    Claims,
    TokenPair,
    refresh_tokens,
    revoke_tokens,
    verify_access,
)
from shared_apps.identity.models import User
from shared_apps.identity.serializers import (
    AccessSerializer,
    ClaimsSerializer,
    CredentialsSerializer,
    MeSerializer,
    RefreshSerializer,
    TokenPairSerializer,
)
from shared_apps.kernel.clock import now


class PublicView(APIView):
    """Asks for no proof, and so ignores cookies: nothing here can be forged across sites."""

    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]


class TokenView(PublicView):
    @extend_schema(
        request=CredentialsSerializer, responses={201: TokenPairSerializer}, tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """Swap e-mail address and password (and code) for a pair of tokens."""
        form = CredentialsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = _authenticated(request, form.validated_data)
        pair = sign_in_for_tokens(user=user, code=form.validated_data["code"], at=now())
        return _pair(pair, 201)


class RefreshView(PublicView):
    @extend_schema(request=RefreshSerializer, responses={200: TokenPairSerializer}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """The next pair; each refresh token works once."""
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return _pair(refresh_tokens(refresh=form.validated_data["refresh"], at=now()), 200)


class RevokeView(PublicView):
    @extend_schema(request=RefreshSerializer, responses={204: None}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Sign out the device that holds this refresh token."""
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        revoke_tokens(refresh=form.validated_data["refresh"], at=now())
        return Response(status=204)


class VerifyView(PublicView):
    @extend_schema(request=AccessSerializer, responses={200: ClaimsSerializer}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Whether an access token holds here, and for whom."""
        form = AccessSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, claims = verify_access(token=form.validated_data["access"], at=now())
        body = {
            "user": user.public_id,
            "active_role": claims.active_role,
            "expires_at": claims.expires_at,
        }
        return Response(ClaimsSerializer(body).data)


class MeView(APIView):
    @extend_schema(responses={200: MeSerializer}, tags=["auth"])
    def get(self, request: Request) -> Response:
        """The person behind the session or the token."""
        claims = request.auth
        role = claims.active_role if isinstance(claims, Claims) else active_role(request)
        return Response(MeSerializer(request.user, context={"active_role": role}).data)


def _authenticated(request: Request, given: dict[str, str]) -> User | None:
    """The person with this password; failures count against the limits of the sign-in page."""
    plain = request._request  # allauth counts attempts on Django's own request
    try:
        user: User | None = get_adapter().authenticate(
            plain, email=given["email"].lower(), password=given["password"]
        )
    except ValidationError as error:
        raise TooManyAttempts from error
    return user


def _pair(pair: TokenPair, status: int) -> Response:
    response = Response(TokenPairSerializer(pair).data, status=status)
    response["Cache-Control"] = "no-store"
    return response
