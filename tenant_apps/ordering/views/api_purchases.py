"""What customers' programs do with an order: cancel, receive, send back, complain, download."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import (
    cancelling,
    claims,
    digital_goods,
    edits,
    fulfilment,
    returns,
)
from tenant_apps.ordering.domain.addresses import checked_address
from tenant_apps.ordering.domain.claims import Complaint
from tenant_apps.ordering.domain.returns import Asked
from tenant_apps.ordering.queries import OrderView, after_sales
from tenant_apps.ordering.serializers import AddressSerializer, OrderSerializer, order_json
from tenant_apps.ordering.serializers.after_sales import (
    CancellationSerializer,
    ClaimSerializer,
    PartSerializer,
    ReturnSerializer,
    claim_json,
    document_json,
    download_json,
    event_json,
    return_json,
)
from tenant_apps.ordering.views.api import CartAccess
from tenant_apps.ordering.views.owner import guest_key_of, owner_of, user_id_of


class PurchaseAccess(CartAccess):
    """An order of the caller: of the account, or of the guest who holds the cart's token."""

    def order(self, request: Request, public: str) -> OrderView:
        return queries.order_for(
            parse_public_id(queries.ORDER_PREFIX, public),
            user_id=user_id_of(request),
            guest_key=guest_key_of(request),
        )

    def whole(self, request: Request, public: str, status: int = 201) -> Response:
        return Response(order_json(self.order(request, public)), status=status)


def checked(form: Any) -> Any:
    """The data of a serializer; raises its ValidationError."""
    form.is_valid(raise_exception=True)
    return form.validated_data


class CancellationView(PurchaseAccess):
    @extend_schema(
        request=CancellationSerializer, responses={201: OrderSerializer}, tags=["orders"]
    )
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Call off the order, one vendor order of it, or lines. Needs an Idempotency-Key."""
        order = self.order(request, public)
        form = CancellationSerializer(data=request.data)
        said = checked(form)
        who: dict[str, Any] = {
            "owner": owner_of(request),
            "acting": acting_as(request),
            "at": now(),
        }
        part_id: UUID | None = said["vendor_order"]
        if part_id is None:
            cancelling.cancel_order(order_id=order.id, reason=said["reason"], **who)
            return self.whole(request, public)
        _own_part(order, part_id)
        quantities = form.quantities
        if quantities is None:
            cancelling.cancel_vendor_order(vendor_order_id=part_id, reason=said["reason"], **who)
        else:
            cancelling.cancel_lines(
                vendor_order_id=part_id, quantities=quantities, reason=said["reason"], **who
            )
        return self.whole(request, public)


class ReceiptView(PurchaseAccess):
    @extend_schema(request=PartSerializer, responses={201: OrderSerializer}, tags=["orders"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Say that a vendor order arrived. Needs an Idempotency-Key."""
        order = self.order(request, public)
        part_id = checked(PartSerializer(data=request.data))["vendor_order"]
        fulfilment.deliver(
            vendor_order_id=_own_part(order, part_id),
            owner=owner_of(request),
            acting=acting_as(request),
            at=now(),
        )
        return self.whole(request, public)


class AddressView(PurchaseAccess):
    @extend_schema(request=AddressSerializer, responses={200: OrderSerializer}, tags=["orders"])
    def put(self, request: Request, public: str) -> Response:
        """Send it elsewhere in the same country, before anybody prepares it."""
        order = self.order(request, public)
        edits.change_address(
            order_id=order.id,
            address=checked_address(checked(AddressSerializer(data=request.data))),
            owner=owner_of(request),
            acting=acting_as(request),
            at=now(),
        )
        return self.whole(request, public, 200)


class TimelineView(PurchaseAccess):
    @extend_schema(responses={200: dict}, tags=["orders"])
    def get(self, request: Request, public: str) -> Response:
        """What happened, oldest first."""
        order = self.order(request, public)
        return Response({"data": [event_json(event) for event in order.events]})


class ReturnsView(PurchaseAccess):
    @extend_schema(responses={200: dict}, tags=["returns"])
    def get(self, request: Request, public: str) -> Response:
        """The order's returns, oldest first."""
        order = self.order(request, public)
        found = after_sales.returns_of(part.id for part in order.parts)
        return Response({"data": [return_json(each) for some in found.values() for each in some]})

    @extend_schema(request=ReturnSerializer, responses={201: dict}, tags=["returns"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Ask to send goods back. Needs an Idempotency-Key."""
        order = self.order(request, public)
        said = checked(ReturnSerializer(data=request.data))
        return_id = returns.request_return(
            vendor_order_id=_own_part(order, said["vendor_order"]),
            asked=Asked(
                items={each["line"]: each["quantity"] for each in said["lines"]},
                reason=said["reason"],
                wanted=said["wanted"],
                replacements={
                    each["line"]: each["replacement"]
                    for each in said["lines"]
                    if each["replacement"]
                },
                note=said["note"],
            ),
            owner=owner_of(request),
            acting=acting_as(request),
            at=now(),
        )
        return Response(return_json(after_sales.return_with(return_id)), status=201)


class ReturnView(PurchaseAccess):
    @extend_schema(responses={204: None}, tags=["returns"])
    def delete(self, request: Request, public: str, found: str) -> Response:
        """Keep it after all."""
        self.order(request, public)
        returns.withdraw(
            return_id=parse_public_id(after_sales.RETURN_PREFIX, found),
            owner=owner_of(request),
            acting=acting_as(request),
            at=now(),
        )
        return Response(status=204)


class ClaimsView(PurchaseAccess):
    @extend_schema(responses={200: dict}, tags=["claims"])
    def get(self, request: Request, public: str) -> Response:
        """The order's claims, oldest first."""
        order = self.order(request, public)
        found = after_sales.claims_of(part.id for part in order.parts)
        return Response({"data": [claim_json(each) for some in found.values() for each in some]})

    @extend_schema(request=ClaimSerializer, responses={201: dict}, tags=["claims"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Complain about what was sent. Needs an Idempotency-Key."""
        order = self.order(request, public)
        said = checked(ClaimSerializer(data=request.data))
        items = {each["line"]: each["quantity"] for each in said["lines"]}
        claim_id = claims.open_claim(
            vendor_order_id=_own_part(order, said["vendor_order"]),
            complaint=Complaint(items, said["kind"], said["note"]),
            owner=owner_of(request),
            acting=acting_as(request),
            at=now(),
        )
        return Response(claim_json(after_sales.claim_with(claim_id)), status=201)


class DocumentsView(PurchaseAccess):
    @extend_schema(responses={200: dict}, tags=["orders"])
    def get(self, request: Request, public: str) -> Response:
        """Invoices and credit notes, with addresses that are valid for a quarter of an hour."""
        parts = [part.id for part in self.order(request, public).parts]
        return Response({"data": documents_json(parts)})


class DownloadsView(PurchaseAccess):
    @extend_schema(responses={200: dict}, tags=["downloads"])
    def get(self, request: Request) -> Response:
        """What the caller may fetch, with licence keys."""
        found = after_sales.downloads_of(
            user_id=user_id_of(request), guest_key=guest_key_of(request)
        )
        return Response(
            {
                "data": [
                    download_json(
                        each, digital_goods.readable_key(each.secret) if each.secret else ""
                    )
                    for each in found
                    if each.state == "granted"
                ]
            }
        )


class DownloadView(PurchaseAccess):
    @extend_schema(request=None, responses={201: dict}, tags=["downloads"])
    @idempotent
    def post(self, request: Request, found: str) -> Response:
        """Open an address of the file for a quarter of an hour; counts. Needs an Idempotency-Key."""
        url = digital_goods.fetch(
            grant_id=parse_public_id(after_sales.DOWNLOAD_PREFIX, found),
            owner=owner_of(request),
            acting=acting_as(request),
            at=now(),
        )
        return Response({"url": url}, status=201)


def documents_json(part_ids: list[UUID]) -> list[dict[str, Any]]:
    """The documents of some vendor orders with where they lie."""
    found = after_sales.documents_of(part_ids)
    return [
        document_json(each, lambda one: after_sales.document_url(one.id, part_ids=part_ids))
        for some in found.values()
        for each in some
    ]


def _own_part(order: OrderView, part_id: UUID) -> UUID:
    if part_id not in {part.id for part in order.parts}:
        raise queries.OrderNotFound
    return part_id
