"""Cart, checkout and orders for programs; guests send X-Cart-Token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import carts, checkout, fulfilment, paying
from tenant_apps.ordering.domain.addresses import checked_address
from tenant_apps.ordering.domain.cart_reading import SoFar, cart_of
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.planning import CheckoutDetails
from tenant_apps.ordering.serializers import (
    CartSerializer,
    CheckoutSerializer,
    CheckoutStartedSerializer,
    CodeSerializer,
    FulfilmentSerializer,
    LineSerializer,
    OrderSerializer,
    QuantitySerializer,
    QuoteSerializer,
    WaySerializer,
    cart_json,
    order_json,
    order_row_json,
    vendor_order_json,
)
from tenant_apps.ordering.views.owner import (
    guest_key_of,
    new_guest,
    owner_of,
    token_of,
    user_id_of,
)
from tenant_apps.ordering.views.partner import vendor_of

_LIMIT = 25


class CartAccess(APIView):
    """Open to guests: what proves whose cart it is, is the token or the session."""

    permission_classes = [AllowAny]

    def answer(self, owner: CartOwner, status: int = 200) -> Response:
        view = cart_of(owner=owner, at=now())
        return Response(cart_json(view, token_of(owner)), status=status)


class CartView(CartAccess):
    @extend_schema(responses={200: CartSerializer}, tags=["cart"])
    def get(self, request: Request) -> Response:
        """The caller's cart, by vendor, with the problems that stand in the way."""
        return self.answer(owner_of(request))

    @extend_schema(responses={204: None}, tags=["cart"])
    def delete(self, request: Request) -> Response:
        """Empty the cart."""
        carts.clear_cart(owner=owner_of(request), at=now())
        return Response(status=204)


class CartLinesView(CartAccess):
    @extend_schema(request=LineSerializer, responses={201: CartSerializer}, tags=["cart"])
    def post(self, request: Request) -> Response:
        """Put a variant into the cart; a guest's first call answers with the cart's token."""
        form = LineSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        known = owner_of(request)
        owner = known if known.is_known else new_guest()
        line = form.validated_data
        carts.add_to_cart(
            owner=owner, variant_id=line["variant"], quantity=line["quantity"], at=now()
        )
        return self.answer(owner, 201)


class CartLineView(CartAccess):
    @extend_schema(request=QuantitySerializer, responses={200: CartSerializer}, tags=["cart"])
    def patch(self, request: Request, variant: str) -> Response:
        """Change how many; 0 takes the line out."""
        form = QuantitySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._set(request, variant, form.validated_data["quantity"])

    @extend_schema(responses={200: CartSerializer}, tags=["cart"])
    def delete(self, request: Request, variant: str) -> Response:
        """Take the line out."""
        return self._set(request, variant, 0)

    def _set(self, request: Request, variant: str, quantity: int) -> Response:
        owner = owner_of(request)
        carts.set_quantity(
            owner=owner, variant_id=parse_public_id("var", variant), quantity=quantity, at=now()
        )
        return self.answer(owner)


class CartChangesView(CartAccess):
    @extend_schema(request=None, responses={200: CartSerializer}, tags=["cart"])
    def post(self, request: Request) -> Response:
        """Take over present prices and quantities."""
        owner = owner_of(request)
        carts.accept_changes(owner=owner, at=now())
        return self.answer(owner)


class CartCodesView(CartAccess):
    @extend_schema(request=CodeSerializer, responses={201: CartSerializer}, tags=["cart"])
    def post(self, request: Request) -> Response:
        """Take a coupon's or a gift card's code into the cart; 422 says why it cannot be used."""
        form = CodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        owner = owner_of(request)
        email = getattr(request.user, "email", "")
        carts.enter_code(owner=owner, code=form.validated_data["code"], email=email, at=now())
        return self.answer(owner, 201)


class CartCodeView(CartAccess):
    @extend_schema(responses={200: CartSerializer}, tags=["cart"])
    def delete(self, request: Request, code: str) -> Response:
        """Take a coupon, or a gift card by its source, out of the cart."""
        owner = owner_of(request)
        carts.remove_code(owner=owner, code=code, at=now())
        return self.answer(owner)


class CartQuoteView(CartAccess):
    @extend_schema(request=QuoteSerializer, responses={200: CartSerializer}, tags=["cart"])
    def post(self, request: Request) -> Response:
        """The cart with taxes, ways of delivery and totals for an address; changes nothing."""
        form = QuoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said, owner = form.validated_data, owner_of(request)
        so_far = SoFar(
            address=checked_address(said["address"]) if said.get("address") else None,
            delivery=said["delivery"],
            email=said["email"],
            uses_wallet=said["use_wallet"],
        )
        view = cart_of(owner=owner, at=now(), so_far=so_far)
        return Response(cart_json(view, token_of(owner)))


class PaymentMethodsView(CartAccess):
    @extend_schema(responses={200: WaySerializer(many=True)}, tags=["checkout"])
    def get(self, request: Request) -> Response:
        """The ways to pay what is due for the cart, in the operator's order; ?country=IE."""
        view = cart_of(owner=owner_of(request), at=now())
        ways = paying.ways_to_pay(
            due=view.due,
            country=request.query_params.get("country", view.country)[:2],
            user_id=user_id_of(request),
        )
        return Response({"data": [asdict(each) for each in ways]})


class CheckoutView(CartAccess):
    @extend_schema(
        request=CheckoutSerializer, responses={201: CheckoutStartedSerializer}, tags=["checkout"]
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Make an order of the cart and open the payment page. Needs an Idempotency-Key."""
        form = CheckoutSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        started = checkout.check_out(
            owner=owner_of(request),
            details=_details(form.validated_data),
            acting=acting_as(request),
            at=now(),
        )
        body = {
            "order": public_id(queries.ORDER_PREFIX, started.order_id),
            "number": started.number,
            "redirect_url": started.redirect_url,
            "status": "placed" if started.is_placed else "awaiting_payment",
        }
        return Response(body, status=201)


def _details(said: Mapping[str, Any]) -> CheckoutDetails:
    total, billing = said["expected_total"], said["billing_address"]
    return CheckoutDetails(
        email=said["email"],
        address=checked_address(said["address"]),
        phone=said["phone"],
        delivery=said["delivery"],
        language=get_language() or "",
        billing=checked_address(billing) if billing else None,
        method=said["payment_method"],
        uses_wallet=said["use_wallet"],
        agreed_minor=Money.parse(**_amount(total)).minor if total else None,
    )


def _amount(said: Mapping[str, str]) -> dict[str, str]:
    return {"text": said["amount"], "currency": said["currency"]}


class OrdersView(CartAccess):
    @extend_schema(responses={200: OrderSerializer(many=True)}, tags=["orders"])
    def get(self, request: Request) -> Response:
        """The caller's orders, newest first."""
        page = queries.orders_page(
            user_id=user_id_of(request),
            guest_key=guest_key_of(request),
            cursor=request.query_params.get("cursor", ""),
            limit=limit_of(request),
        )
        return Response(page_json(page, [order_row_json(row) for row in page.items]))


class OrderView(CartAccess):
    @extend_schema(responses={200: OrderSerializer}, tags=["orders"])
    def get(self, request: Request, public: str) -> Response:
        """One order of the caller."""
        view = queries.order_for(
            parse_public_id(queries.ORDER_PREFIX, public),
            user_id=user_id_of(request),
            guest_key=guest_key_of(request),
        )
        return Response(order_json(view))


class VendorOrdersView(APIView):
    @extend_schema(responses={200: dict}, tags=["partner orders"])
    def get(self, request: Request) -> Response:
        """The caller's parts of placed orders, newest first."""
        page = queries.vendor_orders_page(
            vendor_id=vendor_of(request, acting_as(request)).id,
            state=request.query_params.get("status", ""),
            cursor=request.query_params.get("cursor", ""),
            limit=limit_of(request),
        )
        return Response(page_json(page, [vendor_order_json(part) for part in page.items]))


class VendorOrderView(APIView):
    @extend_schema(responses={200: dict}, tags=["partner orders"])
    def get(self, request: Request, public: str) -> Response:
        """One part of the caller."""
        return Response(vendor_order_json(_own_part(request, public)))


class FulfilmentView(APIView):
    @extend_schema(request=FulfilmentSerializer, responses={201: dict}, tags=["partner orders"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Mark a part as sent. Needs an Idempotency-Key."""
        part = _own_part(request, public)
        form = FulfilmentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        fulfilment.ship(
            vendor_order_id=part.id,
            tracking=Tracking(said["carrier"], said["tracking_number"], said["tracking_url"]),
            acting=acting_as(request),
            at=now(),
        )
        return Response(vendor_order_json(_own_part(request, public)), status=201)


class DeliveryView(APIView):
    @extend_schema(request=None, responses={201: dict}, tags=["partner orders"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Mark a part as delivered: the share is released. Needs an Idempotency-Key."""
        part = _own_part(request, public)
        fulfilment.deliver(vendor_order_id=part.id, acting=acting_as(request), at=now())
        return Response(vendor_order_json(_own_part(request, public)), status=201)


def _own_part(request: Request, public: str) -> queries.VendorOrderView:
    part_id = parse_public_id(queries.VENDOR_ORDER_PREFIX, public)
    return queries.vendor_order(part_id, vendor_id=vendor_of(request, acting_as(request)).id)


def limit_of(request: Request) -> int:
    text = request.query_params.get("limit", "")
    return int(text) if text.isdecimal() and len(text) < 4 else _LIMIT


def page_json(page: Page[Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    meta = {"next_cursor": page.next_cursor, "prev_cursor": page.prev_cursor}
    return {"data": rows, "meta": meta}
