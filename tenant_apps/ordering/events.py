"""What happened to orders (order.placed of the seeds)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """Paid and accepted; `vendor_order_ids` are those that will be fulfilled."""

    name: ClassVar[str] = "ordering.order_placed.v1"

    order_id: str
    number: str
    user_id: str
    email: str
    total_minor: int
    currency: str
    vendor_order_ids: list[str]


@dataclass(frozen=True, slots=True)
class OrderExpired(Event):
    """Nobody paid in time; what was held of the stock is free again."""

    name: ClassVar[str] = "ordering.order_expired.v1"

    order_id: str
    number: str


@dataclass(frozen=True, slots=True)
class VendorOrderConfirmed(Event):
    name: ClassVar[str] = "ordering.vendor_order_confirmed.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class VendorOrderShipped(Event):
    name: ClassVar[str] = "ordering.vendor_order_shipped.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class VendorOrderDelivered(Event):
    name: ClassVar[str] = "ordering.vendor_order_delivered.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class VendorOrderCancelled(Event):
    name: ClassVar[str] = "ordering.vendor_order_cancelled.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class VendorOrderPartlyShipped(Event):
    """One parcel of several left; VendorOrderShipped follows when nothing is left to send."""

    name: ClassVar[str] = "ordering.vendor_order_partly_shipped.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class VendorOrderCompleted(Event):
    """The time for returns is over."""

    name: ClassVar[str] = "ordering.vendor_order_completed.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class LineCancelled(Event):
    """Some of a line was called off before it was sent."""

    name: ClassVar[str] = "ordering.line_cancelled.v1"

    line_id: str
    vendor_order_id: str
    order_id: str
    vendor_id: str
    variant_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class VendorOrderRefunded(Event):
    """Money of a vendor order goes back; `kind` is cancel, return, claim, delivery or goodwill."""

    name: ClassVar[str] = "ordering.vendor_order_refunded.v1"

    batch: str
    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    kind: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class OrderEdited(Event):
    """The customer or the operator changed an order before it was sent; `change` says what."""

    name: ClassVar[str] = "ordering.order_edited.v1"

    order_id: str
    number: str
    change: str


@dataclass(frozen=True, slots=True)
class ReturnRequested(Event):
    name: ClassVar[str] = "ordering.return_requested.v1"

    return_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str
    wanted: str


@dataclass(frozen=True, slots=True)
class ReturnApproved(Event):
    name: ClassVar[str] = "ordering.return_approved.v1"

    return_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class ReturnRefused(Event):
    name: ClassVar[str] = "ordering.return_refused.v1"

    return_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class ReturnReceived(Event):
    name: ClassVar[str] = "ordering.return_received.v1"

    return_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class ReturnRefunded(Event):
    """Looked at and paid back, less the fee."""

    name: ClassVar[str] = "ordering.return_refunded.v1"

    return_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str
    amount_minor: int
    fee_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ReturnExchanged(Event):
    """Looked at, and another variant is on its way to the customer."""

    name: ClassVar[str] = "ordering.return_exchanged.v1"

    return_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class ClaimOpened(Event):
    name: ClassVar[str] = "ordering.claim_opened.v1"

    claim_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class ClaimDecided(Event):
    """The operator's decision: refunded, reshipped or refused."""

    name: ClassVar[str] = "ordering.claim_decided.v1"

    claim_id: str
    number: str
    vendor_order_id: str
    order_id: str
    vendor_id: str
    decision: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class DownloadGranted(Event):
    """Digital goods of a vendor order are there to be fetched."""

    name: ClassVar[str] = "ordering.download_granted.v1"

    vendor_order_id: str
    order_id: str
    vendor_id: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentIssued(Event):
    """An invoice or credit note has its number and its PDF."""

    name: ClassVar[str] = "ordering.document_issued.v1"

    document_id: str
    kind: str
    number: str
    vendor_order_id: str
    partner_id: str
    total_minor: int
    currency: str
