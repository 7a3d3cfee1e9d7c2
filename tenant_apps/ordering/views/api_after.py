"""What vendors' and the operator's programs do with orders after they are placed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import holds_role
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.money import Money
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import (
    cancelling,
    claims,
    fulfilment,
    goodwill,
    inspections,
    returns,
)
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.inspections import Finding
from tenant_apps.ordering.queries import VendorOrderView, after_sales
from tenant_apps.ordering.serializers import order_json, order_row_json, vendor_order_json
from tenant_apps.ordering.serializers.after_sales import (
    AnswerSerializer,
    CancellationSerializer,
    DecisionSerializer,
    InspectionSerializer,
    ParcelSerializer,
    RefundSerializer,
    StatusSerializer,
    claim_json,
    event_json,
    return_json,
)
from tenant_apps.ordering.views.api import limit_of, page_json
from tenant_apps.ordering.views.api_purchases import checked, documents_json
from tenant_apps.ordering.views.partner import vendor_of

_TAGS, _OPERATOR = ["partner orders"], ["operator orders"]


class PartAccess(APIView):
    """A vendor's own part of an order."""

    def part(self, request: Request, public: str) -> VendorOrderView:
        part_id = parse_public_id(queries.VENDOR_ORDER_PREFIX, public)
        return queries.vendor_order(part_id, vendor_id=vendor_of(request, acting_as(request)).id)

    def answer(self, request: Request, public: str, status: int = 201) -> Response:
        return Response(vendor_order_json(self.part(request, public)), status=status)


class PartStatusView(PartAccess):
    @extend_schema(request=StatusSerializer, responses={200: dict}, tags=_TAGS)
    @idempotent
    def put(self, request: Request, public: str) -> Response:
        """Move a part on: processing, shipped, delivered or cancelled. Needs an Idempotency-Key."""
        part = self.part(request, public)
        form = StatusSerializer(data=request.data)
        said = checked(form)
        who: dict[str, Any] = {
            "vendor_order_id": part.id,
            "acting": acting_as(request),
            "at": now(),
        }
        match said["status"]:
            case "processing":
                fulfilment.start_processing(**who)
            case "shipped":
                fulfilment.ship(tracking=_tracking(said), quantities=form.quantities, **who)
            case "delivered":
                fulfilment.deliver(**who)
            case _:
                cancelling.cancel_vendor_order(reason=said["reason"], **who)
        return self.answer(request, public, 200)


class PartCancellationView(PartAccess):
    @extend_schema(request=CancellationSerializer, responses={201: dict}, tags=_TAGS)
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Call off lines, or all that is not sent. Needs an Idempotency-Key."""
        part = self.part(request, public)
        form = CancellationSerializer(data=request.data)
        said, quantities = checked(form), form.quantities
        who: dict[str, Any] = {
            "vendor_order_id": part.id,
            "reason": said["reason"],
            "acting": acting_as(request),
            "at": now(),
        }
        if quantities is None:
            cancelling.cancel_vendor_order(**who)
        else:
            cancelling.cancel_lines(quantities=quantities, **who)
        return self.answer(request, public)


class PartRefundView(PartAccess):
    @extend_schema(request=RefundSerializer, responses={201: dict}, tags=_TAGS)
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Give back parts of prices, or of the delivery. Needs an Idempotency-Key."""
        _pay_back(request, self.part(request, public))
        return self.answer(request, public)


class PartTimelineView(PartAccess):
    @extend_schema(responses={200: dict}, tags=_TAGS)
    def get(self, request: Request, public: str) -> Response:
        """What happened to this part, oldest first."""
        events = queries.vendor_order_events(self.part(request, public).id)
        return Response({"data": [event_json(event) for event in events]})


class PartDocumentsView(PartAccess):
    @extend_schema(responses={200: dict}, tags=_TAGS)
    def get(self, request: Request, public: str) -> Response:
        """Invoices and credit notes of this part."""
        return Response({"data": documents_json([self.part(request, public).id])})


class PartReturnsView(APIView):
    @extend_schema(responses={200: dict}, tags=["partner returns"])
    def get(self, request: Request) -> Response:
        """Returns of the caller's goods, newest first; `status=open` for those under way."""
        page = after_sales.returns_page(
            vendor_id=vendor_of(request, acting_as(request)).id,
            is_open=request.query_params.get("status") == "open",
            cursor=request.query_params.get("cursor", ""),
            limit=limit_of(request),
        )
        return Response(page_json(page, [return_json(each) for each in page.items]))


class ReturnAccess(APIView):
    """A return of the vendor's own goods."""

    def found(self, request: Request, public: str) -> after_sales.ReturnView:
        return after_sales.return_with(
            parse_public_id(after_sales.RETURN_PREFIX, public),
            vendor_id=vendor_of(request, acting_as(request)).id,
        )

    def answer(self, request: Request, public: str) -> Response:
        return Response(return_json(self.found(request, public)), status=201)


class PartReturnView(ReturnAccess):
    @extend_schema(responses={200: dict}, tags=["partner returns"])
    def get(self, request: Request, public: str) -> Response:
        return Response(return_json(self.found(request, public)))


class ReturnAnswerView(ReturnAccess):
    @extend_schema(request=AnswerSerializer, responses={201: dict}, tags=["partner returns"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Approve or refuse. Needs an Idempotency-Key."""
        found, said = self.found(request, public), checked(AnswerSerializer(data=request.data))
        decide = returns.refuse if said["decision"] == "refuse" else returns.approve
        decide(return_id=found.id, answer=said["answer"], acting=acting_as(request), at=now())
        return self.answer(request, public)


class ReturnReceiptView(ReturnAccess):
    @extend_schema(request=None, responses={201: dict}, tags=["partner returns"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """The parcel is back. Needs an Idempotency-Key."""
        found = self.found(request, public)
        returns.receive(return_id=found.id, acting=acting_as(request), at=now())
        return self.answer(request, public)


class ReturnInspectionView(ReturnAccess):
    @extend_schema(request=InspectionSerializer, responses={201: dict}, tags=["partner returns"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """What was found; accepted units are paid back at once. Needs an Idempotency-Key."""
        found, said = self.found(request, public), checked(InspectionSerializer(data=request.data))
        inspections.inspect(
            return_id=found.id,
            findings={
                each["line"]: Finding(each["restocked"], each["written_off"], each["refused"])
                for each in said["lines"]
            },
            answer=said["answer"],
            acting=acting_as(request),
            at=now(),
        )
        return self.answer(request, public)


class ReturnReplacementView(ReturnAccess):
    @extend_schema(request=ParcelSerializer, responses={201: dict}, tags=["partner returns"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """The replacement of an exchange left. Needs an Idempotency-Key."""
        found, said = self.found(request, public), checked(ParcelSerializer(data=request.data))
        inspections.send_replacement(
            return_id=found.id, tracking=_tracking(said), acting=acting_as(request), at=now()
        )
        return self.answer(request, public)


class OperatorOrdersView(APIView):
    permission_classes = [holds_role("operator", "staff")]

    @extend_schema(responses={200: dict}, tags=_OPERATOR)
    def get(self, request: Request) -> Response:
        """Every order, newest first; `state`, `customer`, `vendor` narrow it down."""
        given = request.query_params
        page = queries.all_orders_page(
            state=given.get("state", ""),
            user_id=_asked_id(given.get("customer", ""), "user"),
            vendor_id=_asked_id(given.get("vendor", ""), "part"),
            cursor=given.get("cursor", ""),
            limit=limit_of(request),
        )
        return Response(page_json(page, [order_row_json(row) for row in page.items]))


class OperatorOrderView(APIView):
    permission_classes = [holds_role("operator", "staff")]

    @extend_schema(responses={200: dict}, tags=_OPERATOR)
    def get(self, request: Request, public: str) -> Response:
        """One order with its timeline."""
        view = queries.any_order(parse_public_id(queries.ORDER_PREFIX, public))
        timeline = [event_json(event) for event in view.events]
        return Response({**order_json(view), "timeline": timeline})


class OperatorCancellationView(APIView):
    permission_classes = [holds_role("operator")]

    @extend_schema(request=CancellationSerializer, responses={201: dict}, tags=_OPERATOR)
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Call off a whole order or one vendor order of it. Needs an Idempotency-Key."""
        view = queries.any_order(parse_public_id(queries.ORDER_PREFIX, public))
        form = CancellationSerializer(data=request.data)
        said = checked(form)
        who: dict[str, Any] = {
            "reason": said["reason"],
            "acting": acting_as(request),
            "at": now(),
        }
        if said["vendor_order"] is None:
            cancelling.cancel_order(order_id=view.id, **who)
        elif form.quantities is None:
            cancelling.cancel_vendor_order(vendor_order_id=said["vendor_order"], **who)
        else:
            cancelling.cancel_lines(
                vendor_order_id=said["vendor_order"], quantities=form.quantities, **who
            )
        return Response(order_json(queries.any_order(view.id)), status=201)


class OperatorRefundView(APIView):
    permission_classes = [holds_role("operator")]

    @extend_schema(request=RefundSerializer, responses={201: dict}, tags=_OPERATOR)
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Give back parts of prices, or of the delivery. Needs an Idempotency-Key."""
        part_id = parse_public_id(queries.VENDOR_ORDER_PREFIX, public)
        _pay_back(request, queries.any_vendor_order(part_id))
        return Response(vendor_order_json(queries.any_vendor_order(part_id)), status=201)


class OperatorClaimsView(APIView):
    permission_classes = [holds_role("operator", "staff")]

    @extend_schema(responses={200: dict}, tags=["claims"])
    def get(self, request: Request) -> Response:
        """Every claim, newest first; `status=open` for those to decide."""
        page = after_sales.claims_page(
            is_open=request.query_params.get("status") == "open",
            cursor=request.query_params.get("cursor", ""),
            limit=limit_of(request),
        )
        return Response(page_json(page, [claim_json(each) for each in page.items]))


class OperatorDecisionView(APIView):
    permission_classes = [holds_role("operator")]

    @extend_schema(request=DecisionSerializer, responses={201: dict}, tags=["claims"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Decide a claim: refund, reship or refuse. Needs an Idempotency-Key."""
        found = after_sales.claim_with(parse_public_id(after_sales.CLAIM_PREFIX, public))
        said = checked(DecisionSerializer(data=request.data))
        who: dict[str, Any] = {
            "claim_id": found.id,
            "note": said["note"],
            "acting": acting_as(request),
            "at": now(),
        }
        match said["decision"]:
            case "refund":
                amount = said["amount"]
                currency = found.refund.currency
                claims.refund(
                    amount=Money.from_decimal(amount, currency) if amount else None, **who
                )
            case "reship":
                claims.reship(tracking=Tracking(said["carrier"], said["tracking_number"]), **who)
            case _:
                claims.refuse(**who)
        return Response(claim_json(after_sales.claim_with(found.id)), status=201)


def _pay_back(request: Request, part: VendorOrderView) -> None:
    said = checked(RefundSerializer(data=request.data))
    currency = part.total.currency
    goodwill.pay_back(
        vendor_order_id=part.id,
        amounts={each["line"]: _minor(each["amount"], currency) for each in said["lines"]},
        delivery_minor=_minor(said["delivery"], currency),
        reason=said["reason"],
        acting=acting_as(request),
        at=now(),
    )


def _minor(amount: Decimal | int, currency: str) -> int:
    return Money.from_decimal(Decimal(amount), currency).minor


def _tracking(said: dict[str, Any]) -> Tracking:
    return Tracking(said["carrier"], said["tracking_number"], said["tracking_url"])


def _asked_id(text: str, prefix: str) -> UUID | None:
    return parse_public_id(prefix, text) if text else None
