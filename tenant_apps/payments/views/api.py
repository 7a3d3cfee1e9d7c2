"""Payments for programs: a customer's own, a shop's, the operator's all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import User
from shared_apps.identity.permissions import RoleRequired
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page
from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb, is_operator
from tenant_apps.partners.queries import partners_by_id
from tenant_apps.payments import queries
from tenant_apps.payments.domain import charges, offline, saving
from tenant_apps.payments.queries import PaymentDetail, PaymentUnknown
from tenant_apps.payments.serializers import (
    ORDER_KIND,
    ORDER_PREFIX,
    MoneyInput,
    OpenSerializer,
    PaymentSerializer,
    card_json,
    detail_json,
    payment_json,
)
from tenant_apps.payments.views.showing import methods_json


class ShopUnknown(NotFound):
    code, title = "shop_unknown", "There is no such shop"


def user_of(request: Request) -> UUID | None:
    """The person who asks, or whose key it is; None for a visitor."""
    user = request.user
    return user.id if isinstance(user, User) and user.is_authenticated else None


def require_operator(request: Request) -> None:
    """Only the operator and their staff; raises RoleRequired."""
    if not is_operator(acting_as(request)):
        raise RoleRequired


def page_json(page: Page[Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    meta = {"next_cursor": page.next_cursor, "prev_cursor": page.prev_cursor}
    return {"data": rows, "meta": meta}


def asked(request: Request, name: str) -> str:
    """A query parameter, empty where it is missing."""
    return request.query_params.get(name, "")[:254]


class PaymentsView(APIView):
    @extend_schema(responses={200: PaymentSerializer(many=True)}, tags=["payments"])
    def get(self, request: Request) -> Response:
        """The caller's payments, newest first; the operator's keys see all."""
        is_all = is_operator(acting_as(request))
        page = queries.payments_page(
            state=asked(request, "state"),
            method=asked(request, "method"),
            search=asked(request, "search"),
            cursor=asked(request, "cursor"),
            user_id=None if is_all else user_of(request),
        )
        return Response(page_json(page, [payment_json(view) for view in page.items]))

    @extend_schema(request=OpenSerializer, responses={201: PaymentSerializer}, tags=["payments"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Open the outstanding payment of an order. Needs an Idempotency-Key."""
        form = OpenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        order_id = parse_public_id(ORDER_PREFIX, form.validated_data["order"])
        payment = _outstanding(request, Ref(ORDER_KIND, str(order_id)))
        opened = charges.open_payment(payment_id=payment, acting=acting_as(request), at=now())
        return Response(payment_json(opened), status=201)


def _outstanding(request: Request, subject: Ref) -> UUID:
    """The payment of a subject that the caller may open; raises PaymentUnknown."""
    mine = None if is_operator(acting_as(request)) else user_of(request)
    for view in queries.outstanding(subject):
        if not view.is_stored and (mine is None or view.user_id == mine):
            return view.id
    raise PaymentUnknown


def detail_of(request: Request, public: str) -> PaymentDetail:
    """A payment of the caller, or any for the operator; raises PaymentUnknown."""
    payment_id = parse_public_id("pay", public)
    mine = None if is_operator(acting_as(request)) else user_of(request)
    detail = queries.payment_detail(payment_id, user_id=mine)
    if detail is None:
        raise PaymentUnknown
    return detail


class PaymentDetailView(APIView):
    @extend_schema(responses={200: PaymentSerializer}, tags=["payments"])
    def get(self, request: Request, public: str) -> Response:
        """One payment with its parts, refunds and disputes."""
        return Response(detail_json(detail_of(request, public)))


class VerificationView(APIView):
    @extend_schema(request=None, responses={200: PaymentSerializer}, tags=["payments"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Ask the provider how the payment stands. Needs an Idempotency-Key."""
        detail = detail_of(request, public)
        charges.settle_payment(payment_id=detail.view.id, at=now())
        return Response(detail_json(detail_of(request, public)))


class ReceiptView(APIView):
    @extend_schema(request=MoneyInput, responses={201: PaymentSerializer}, tags=["payments"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Mark an offline payment as received (operator). Needs an Idempotency-Key."""
        require_operator(request)
        detail, form = detail_of(request, public), MoneyInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        received = offline.mark_received(
            payment_id=detail.view.id,
            amount=Money.parse(said["amount"], said["currency"]),
            acting=acting_as(request),
            at=now(),
        )
        return Response(payment_json(received), status=201)


class MethodsView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request) -> Response:
        """The ways to pay an amount (amount, currency, country)."""
        currency = asked(request, "currency").upper() or current_tenant().currency
        found = queries.available_methods(
            currency=currency,
            country=asked(request, "country"),
            amount=Money.parse(asked(request, "amount") or "1", currency),
            user_id=user_of(request),
        )
        return Response({"data": methods_json(found)})


class ShopPaymentsView(APIView):
    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request, partner: str) -> Response:
        """What customers paid for one shop, newest first: for its team and the operator."""
        partner_id = parse_public_id("part", partner)
        may_look = is_operator(acting_as(request)) or permissions.can(
            user_of(request), Verb.READ_MONEY, partner_id
        )
        if partner_id not in partners_by_id([partner_id]) or not may_look:
            raise ShopUnknown
        page = queries.partner_payments_page(
            partner_id=partner_id, cursor=request.query_params.get("cursor", "")
        )
        rows = [
            {
                "payment": row.payment_public_id,
                "status": row.state,
                "method": row.method,
                "amount": row.amount.as_json(),
                "captured": row.captured.as_json(),
                "refunded": row.refunded.as_json(),
                "created_at": row.created_at,
            }
            for row in page.items
        ]
        return Response(page_json(page, rows))


class CardsView(APIView):
    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request) -> Response:
        """The caller's saved cards, the default first."""
        user_id = user_of(request)
        found = queries.saved_methods(user_id) if user_id else []
        return Response({"data": [card_json(view) for view in found]})


class CardView(APIView):
    @extend_schema(responses={204: None}, tags=["payments"])
    def delete(self, request: Request, public: str) -> Response:
        """Have a saved card forgotten."""
        saving.forget_method(user_id=_person(request), method_id=_card_id(public), at=now())
        return Response(status=204)


class DefaultCardView(APIView):
    @extend_schema(request=None, responses={204: None}, tags=["payments"])
    def put(self, request: Request, public: str) -> Response:
        """Use a saved card first."""
        saving.make_default(user_id=_person(request), method_id=_card_id(public), at=now())
        return Response(status=204)


def _person(request: Request) -> UUID:
    user_id = user_of(request)
    if user_id is None:
        raise saving.MethodUnknown
    return user_id


def _card_id(public: str) -> UUID:
    return parse_public_id("pm", public)
