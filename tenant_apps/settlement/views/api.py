"""Commission rules and payouts for the operator; earnings and statements for partners too."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.shapes import limit_of, listing
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.partners.permissions import Verb, is_operator, may, require_operator
from tenant_apps.partners.queries import PartnerNotFound, partner_with, workplace_of
from tenant_apps.settlement import queries
from tenant_apps.settlement.domain import payouts, rule_editing, simulation, statements
from tenant_apps.settlement.domain.balances import balances_of
from tenant_apps.settlement.domain.commissions import all_rules, explain_commission
from tenant_apps.settlement.domain.sales import catalogue
from tenant_apps.settlement.queries import PAYOUT_PREFIX, RULE_PREFIX
from tenant_apps.settlement.serializers import (
    EarningOutput,
    PayoutInput,
    PayoutOutput,
    RuleInput,
    RuleOutput,
    SimulationInput,
    StatementOutput,
    considered_json,
    earnings_json,
    funds_json,
    payout_json,
    rule_json,
    simulation_json,
    statement_json,
)


class RulesView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=RuleOutput(many=True), tags=["commission"])
    def get(self, request: Request) -> Response:
        """The commission rules in their order."""
        require_operator(acting_as(request))
        found = [rule_json(rule, place) for place, rule in enumerate(all_rules(), 1)]
        return Response(listing(found, fields=request.query_params.get("fields", "")))

    @extend_schema(request=RuleInput, responses={201: RuleOutput}, tags=["commission"])
    def post(self, request: Request) -> Response:
        """Add a rule at a place, 1 is the top."""
        form = RuleInput(data=request.data)
        form.is_valid(raise_exception=True)
        rule_id = rule_editing.add_rule(
            rule=form.rule(),
            place=form.validated_data["place"] or 1,
            acting=acting_as(request),
            at=now(),
        )
        return Response(_rule(rule_id), status=201)


class RuleView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=RuleInput, responses=RuleOutput, tags=["commission"])
    def put(self, request: Request, public: str) -> Response:
        """Change a rule, and its place if one is named."""
        require_operator(acting_as(request))
        rule_id = parse_public_id(RULE_PREFIX, public)
        _rule(rule_id)
        form = RuleInput(data=request.data)
        form.is_valid(raise_exception=True)
        rule_editing.change_rule(
            rule=form.rule(rule_id),
            place=form.validated_data["place"],
            acting=acting_as(request),
            at=now(),
        )
        return Response(_rule(rule_id))

    @extend_schema(responses={204: None}, tags=["commission"])
    def delete(self, request: Request, public: str) -> Response:
        """Take a rule off the list."""
        rule_id = parse_public_id(RULE_PREFIX, public)
        rule_editing.remove_rule(rule_id=rule_id, acting=acting_as(request), at=now())
        return Response(status=204)


class SimulationView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=SimulationInput, responses={200: dict}, tags=["commission"])
    def post(self, request: Request) -> Response:
        """What past sales would have brought with one rule added or changed; nothing is saved."""
        acting = acting_as(request)
        require_operator(acting)
        form = SimulationInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        changed = parse_public_id(RULE_PREFIX, said["rule_id"]) if said["rule_id"] else None
        wanted = form.rule(changed)
        rule_editing.check_rule(wanted)
        rules = rule_editing.proposed(all_rules(), wanted, place=said["place"])
        found = simulation.simulate(rules=rules, days=said["days"], acting=acting, at=now())
        return Response(simulation_json(found))


class ExplanationView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: dict}, tags=["commission"])
    def get(self, request: Request) -> Response:
        """Which rules were looked at for ?product=, and which won."""
        require_operator(acting_as(request))
        wanted = request.query_params.get("product", "")
        facts = catalogue().product(parse_public_id("prod", wanted))
        if facts is None:
            raise NotFound
        found = explain_commission(subject=facts.subject, rules=all_rules())
        return Response(listing([considered_json(each, n) for n, each in enumerate(found, 1)]))


class PayoutsView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=PayoutOutput(many=True), tags=["payouts"])
    def get(self, request: Request) -> Response:
        """Payouts, latest first: everybody's for the operator, one's own for a partner."""
        asked = request.query_params
        state = asked.get("state", "")
        page = queries.payouts_page(
            states=[state] if state else [],
            partner_id=_whose(request),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            map(payout_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)

    @extend_schema(request=PayoutInput, responses={201: PayoutOutput}, tags=["payouts"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Pay a partner all that is available now. Needs an Idempotency-Key."""
        form = PayoutInput(data=request.data)
        form.is_valid(raise_exception=True)
        payout_id = payouts.pay_now(
            partner_id=parse_public_id("part", form.validated_data["partner"]),
            currency=form.validated_data["currency"],
            key=request.headers.get("Idempotency-Key", "")[:100],
            acting=acting_as(request),
            at=now(),
        )
        return Response(_payout(payout_id), status=201)


class PayoutDetailView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=PayoutOutput, tags=["payouts"])
    def get(self, request: Request, public: str) -> Response:
        """One payout, for the operator and its partner."""
        found = queries.payout_with(parse_public_id(PAYOUT_PREFIX, public))
        if found is None or not may(acting_as(request), Verb.READ_MONEY, found.partner_id):
            raise payouts.PayoutUnknown
        return Response(payout_json(found))


class EarningsView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=EarningOutput(many=True), tags=["payouts"])
    def get(self, request: Request) -> Response:
        """What partners earned, latest first: everybody's for the operator, one's own otherwise."""
        asked = request.query_params
        page = queries.earnings_page(
            partner_id=_whose(request),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            earnings_json(list(page.items)),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)


class BalancesView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: dict}, tags=["payouts"])
    def get(self, request: Request) -> Response:
        """Pending, available and debt of a partner by currency; the operator names ?partner=."""
        return Response(listing(map(funds_json, balances_of(_one(request), at=now()))))


class StatementsView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=StatementOutput, tags=["payouts"])
    def get(self, request: Request) -> Response:
        """A partner's statement of ?month=2026-11 in ?currency=."""
        asked, partner = request.query_params, partner_with(_one(request))
        found = statements.statement_of(
            partner_id=partner.id,
            currency=asked.get("currency", "")[:3] or partner.currency,
            period=statements.month_of(asked.get("month", "")),
        )
        return Response(statement_json(found))


def _rule(rule_id: UUID) -> object:
    for place, rule in enumerate(all_rules(), 1):
        if rule.id == rule_id:
            return rule_json(rule, place)
    raise rule_editing.RuleUnknown


def _payout(payout_id: UUID) -> object:
    found = queries.payout_with(payout_id)
    if found is None:
        raise payouts.PayoutUnknown
    return payout_json(found)


def _whose(request: Request) -> UUID | None:
    """The partner asked about; None is everybody, for the operator only."""
    acting, text = acting_as(request), request.query_params.get("partner", "")
    if text:
        partner_id = parse_public_id("part", text)
        if not may(acting, Verb.READ_MONEY, partner_id):
            raise PartnerNotFound
        return partner_id
    return None if is_operator(acting) else workplace_of(acting, Verb.READ_MONEY).id


def _one(request: Request) -> UUID:
    found = _whose(request)
    if found is None:
        raise PartnerNotFound("Name the partner")
    return found
