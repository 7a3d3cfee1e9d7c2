"""Vendors for everybody, applications for people, decisions for the operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.shapes import limit_of, listing, only
from tenant_apps.partners import permissions
from tenant_apps.partners.domain import applications, teams
from tenant_apps.partners.domain.applications import Application
from tenant_apps.partners.queries import (
    ID_PREFIX,
    PartnerNotFound,
    PartnerSummary,
    memberships_of,
    partner_file,
    partner_with,
    partners_page,
    vendors_page,
)
from tenant_apps.partners.serializers import (
    ApplicationInput,
    MemberInput,
    OwnPartnerOutput,
    PartnerOutput,
    ReasonInput,
    own_json,
    public_json,
)


class VendorsView(APIView):
    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]

    @extend_schema(responses=PartnerOutput(many=True), tags=["vendors"])
    def get(self, request: Request) -> Response:
        """Approved vendors by name."""
        asked = request.query_params
        page = vendors_page(
            cursor=asked.get("cursor", ""), limit=limit_of(asked.get("limit", ""), 24)
        )
        body = listing(
            map(public_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)


class VendorView(APIView):
    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]

    @extend_schema(responses=PartnerOutput, tags=["vendors"])
    def get(self, request: Request, partner_id: str) -> Response:
        """One approved vendor."""
        partner = partner_with(parse_public_id(ID_PREFIX, partner_id))
        if partner.kind != "vendor" or not partner.is_active:
            raise PartnerNotFound
        return Response(only(public_json(partner), request.query_params.get("fields", "")))


class PartnersView(APIView):
    @extend_schema(responses=OwnPartnerOutput(many=True), tags=["partners"])
    def get(self, request: Request) -> Response:
        """All partners for the operator, their own for everybody else."""
        asked, acting = request.query_params, acting_as(request)
        if not permissions.is_operator(acting):
            own = [each.partner for each in memberships_of(acting.id)]
            return Response(listing(map(own_json, own), fields=asked.get("fields", "")))
        page = partners_page(
            state=asked.get("state", ""),
            kind=asked.get("kind", ""),
            query=asked.get("q", ""),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            map(own_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)

    @extend_schema(request=ApplicationInput, responses={201: OwnPartnerOutput}, tags=["partners"])
    def post(self, request: Request) -> Response:
        """Apply to become a partner."""
        form = ApplicationInput(data=request.data)
        form.is_valid(raise_exception=True)
        application = Application(currency=current_tenant().currency, **form.validated_data)
        partner = applications.apply(application=application, acting=acting_as(request), at=now())
        return Response(own_json(partner), status=201)


class PartnerView(APIView):
    @extend_schema(responses=OwnPartnerOutput, tags=["partners"])
    def get(self, request: Request, partner_id: str) -> Response:
        """One partner, for its own people and the operator."""
        partner = partner_with(own_partner_id(request, partner_id))
        return Response(own_json(partner))


_DECISIONS: Mapping[str, tuple[str, Callable[..., PartnerSummary]]] = {
    "review": ("", applications.start_review),
    "approval": ("note", applications.approve),
    "rejection": ("reason", applications.reject),
    "suspension": ("reason", applications.suspend),
    "resumption": ("", applications.resume),
    "closure": ("note", applications.close),
}


class DecisionView(APIView):
    @extend_schema(request=ReasonInput, responses={201: OwnPartnerOutput}, tags=["partners"])
    def post(self, request: Request, partner_id: str, decision: str) -> Response:
        """Review, approve, reject, suspend, resume or close a partner."""
        if decision not in _DECISIONS:
            raise NotFound
        form = ReasonInput(data=request.data)
        form.is_valid(raise_exception=True)
        reason_name, decide = _DECISIONS[decision]
        words = {reason_name: form.validated_data["reason"]} if reason_name else {}
        partner = decide(
            partner_id=parse_public_id(ID_PREFIX, partner_id),
            acting=acting_as(request),
            at=now(),
            **words,
        )
        return Response(own_json(partner), status=201)


class TeamView(APIView):
    @extend_schema(responses=MemberInput(many=True), tags=["partners"])
    def get(self, request: Request, partner_id: str) -> Response:
        """The people of a team."""
        file = partner_file(own_partner_id(request, partner_id, permissions.Verb.MANAGE_TEAM))
        team = [
            {"email": mate.email, "name": mate.name, "role": mate.role, "since": mate.joined_at}
            for mate in file.team
        ]
        return Response(listing(team))

    @extend_schema(request=MemberInput, responses={201: None}, tags=["partners"])
    def post(self, request: Request, partner_id: str) -> Response:
        """Take somebody with an account into the team."""
        own_id = own_partner_id(request, partner_id, permissions.Verb.MANAGE_TEAM)
        form = MemberInput(data=request.data)
        form.is_valid(raise_exception=True)
        teams.add_member(
            partner_id=own_id,
            acting=acting_as(request),
            at=now(),
            **form.validated_data,
        )
        return Response(status=201)


def own_partner_id(
    request: Request,
    text: str,
    verb: permissions.Verb = permissions.Verb.READ_PRODUCTS,
) -> UUID:
    """The id of a partner the caller may do this for; all others do not exist for them."""
    partner_id = parse_public_id(ID_PREFIX, text)
    if not permissions.may(acting_as(request), verb, partner_id):
        raise PartnerNotFound
    return partner_with(partner_id).id
