"""Keys by API: made and revoked by people, never by a key."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.shapes import listing
from tenant_apps.integrations.domain.keys import KeyClaims, KeyOrder, make_key, revoke_key
from tenant_apps.integrations.queries import KEY_PREFIX, keys_of
from tenant_apps.integrations.serializers import KeyInput, key_json


class NotByKey(NotAllowed):
    code, title = "not_by_key", "Keys are made and revoked by people who signed in"


class KeysView(APIView):
    @extend_schema(responses={200: dict}, tags=["keys"])
    def get(self, request: Request) -> Response:
        """One's own keys that still open, without the keys themselves."""
        return Response(listing(map(key_json, keys_of(_person(request).id))))

    @extend_schema(request=KeyInput, responses={201: dict}, tags=["keys"])
    def post(self, request: Request) -> Response:
        """Make a key; `secret` is told in this answer only."""
        owner, form = _person(request), KeyInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        order = KeyOrder(given["name"], given["kind"], tuple(given["scopes"]), given["expires_at"])
        made = make_key(order=order, owner=owner, acting=acting_as(request), at=now())
        body = {"id": public_id(KEY_PREFIX, made.id), "secret": made.secret}
        return Response(body, status=201)


class KeyView(APIView):
    @extend_schema(responses={204: None}, tags=["keys"])
    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke a key at once."""
        _person(request)
        key = parse_public_id(KEY_PREFIX, key_id)
        revoke_key(key_id=key, acting=acting_as(request), at=now())
        return Response(status=204)


def _person(request: Request) -> User:
    if isinstance(request.auth, KeyClaims):
        raise NotByKey
    return cast("User", request.user)
