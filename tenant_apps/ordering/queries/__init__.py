"""Orders as customers, vendors and the operator may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of
from shared_apps.kernel.ref import Ref
from tenant_apps.ordering.lifecycle import fulfilment_status, order_status, payment_status
from tenant_apps.ordering.models import Fulfilment, Order, OrderEvent, OrderLine, VendorOrder
from tenant_apps.payments.queries import PaymentView, find_payment

ORDER_PREFIX, VENDOR_ORDER_PREFIX, LINE_PREFIX = "ord", "vord", "line"
PARCEL_PREFIX = "ful"


class OrderNotFound(NotFound):
    code, title = "record_not_found", "There is no such order here"


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as sold; `commission` and what follows are for vendor and operator only."""

    id: UUID
    product_id: UUID
    variant_id: UUID
    vendor_id: UUID
    category_path: str
    title: str
    variant_title: str
    sku: str
    url: str
    is_digital: bool
    quantity: int
    unit: Money
    discount: Money
    tax: Money
    tax_name: str
    tax_bps: int
    tax_added: Money
    total: Money
    commission: Money
    commission_rule: str
    commission_bps: int
    commission_fixed: Money
    commission_tax: Money
    take: Money
    take_bps: int
    earning: Money
    cancelled: int
    shipped: int
    returned: int
    exchanged: int
    refunded_count: int
    refunded: Money

    @property
    def public_id(self) -> str:
        return public_id(LINE_PREFIX, self.id)

    @property
    def left(self) -> int:
        """How many are neither sent nor cancelled."""
        return self.quantity - self.cancelled - self.shipped

    @property
    def kept(self) -> int:
        """How many were sent and neither paid back nor exchanged."""
        return max(0, self.shipped - self.refunded_count + self.cancelled - self.exchanged)


@dataclass(frozen=True, slots=True)
class FulfilmentView:
    """One parcel; `quantities` by line, none for a replacement."""

    id: UUID
    kind: str
    state: str
    quantities: Mapping[UUID, int]
    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    delivered_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id(PARCEL_PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class EventView:
    """An entry of the timeline; `vendor_order_id` is None for the whole order's own."""

    kind: str
    at: datetime
    vendor_order_id: UUID | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VendorOrderView:
    """One vendor's part: nothing in it tells of the other parts or of the whole."""

    id: UUID
    number: str
    order_id: UUID
    vendor_id: UUID
    vendor_name: str
    state: str
    delivery_name: str
    delivery_days: str
    is_pickup: bool
    address: Mapping[str, str]
    phone: str
    subtotal: Money
    delivery: Money
    discount: Money
    subsidy: Money
    tax: Money
    tax_added: Money
    total: Money
    commission: Money
    commission_tax: Money
    retained_tax: Money
    take: Money
    earning: Money
    created_at: datetime
    confirmed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    refunded: Money
    delivery_left: Money
    lines: Sequence[LineView]
    fulfilments: Sequence[FulfilmentView]

    @property
    def public_id(self) -> str:
        return public_id(VENDOR_ORDER_PREFIX, self.id)

    @property
    def ref(self) -> Ref:
        return Ref("ordering.vendor_order", str(self.id))

    @property
    def fulfilment(self) -> FulfilmentView | None:
        """The latest parcel."""
        return self.fulfilments[-1] if self.fulfilments else None

    @property
    def piece_count(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderView:
    """The whole, for its customer and for the operator."""

    id: UUID
    number: str
    user_id: UUID | None
    email: str
    phone: str
    address: Mapping[str, str]
    status: str
    payment_status: str
    fulfilment_status: str
    subtotal: Money
    delivery: Money
    discount: Money
    discounts: Sequence[Mapping[str, Any]]
    tax: Money
    tax_added: Money
    prices_include_tax: bool
    total: Money
    created_at: datetime
    placed_at: datetime | None
    expires_at: datetime
    parts: Sequence[VendorOrderView]
    events: Sequence[EventView]
    payment: PaymentView | None

    @property
    def public_id(self) -> str:
        return public_id(ORDER_PREFIX, self.id)

    @property
    def ref(self) -> Ref:
        return Ref("ordering.order", str(self.id))


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list."""

    id: UUID
    number: str
    email: str
    status: str
    total: Money
    created_at: datetime
    vendor_names: Sequence[str]

    @property
    def public_id(self) -> str:
        return public_id(ORDER_PREFIX, self.id)


def orders_visible_to(*, user_id: UUID | None, guest_key: UUID | None) -> QuerySet[Order]:
    """A customer's own orders, or those of the guest who holds the key."""
    if user_id is not None:
        return Order.objects.filter(user_id=user_id)
    if guest_key is not None:
        return Order.objects.filter(guest_key=guest_key, user__isnull=True)
    return Order.objects.none()


def orders_page(
    *, user_id: UUID | None, guest_key: UUID | None, cursor: str = "", limit: int = 25
) -> Page[OrderRow]:
    """A customer's orders, newest first. Two queries."""
    rows = orders_visible_to(user_id=user_id, guest_key=guest_key)
    return _rows(rows.exclude(state__in=["draft", "expired"]), cursor=cursor, limit=limit)


def all_orders_page(
    *,
    state: str = "",
    user_id: UUID | None = None,
    vendor_id: UUID | None = None,
    cursor: str = "",
    limit: int = 25,
) -> Page[OrderRow]:
    """Every order of the tenant, newest first, for the operator. Two queries."""
    rows = Order.objects.filter(state=state) if state else Order.objects.all()
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if vendor_id is not None:
        of_vendor = VendorOrder.objects.filter(order=OuterRef("pk"), vendor_id=vendor_id)
        rows = rows.filter(Exists(of_vendor))
    return _rows(rows, cursor=cursor, limit=limit)


def order_for(
    order_id: UUID, *, user_id: UUID | None = None, guest_key: UUID | None = None
) -> OrderView:
    """One order of this customer or guest; raises OrderNotFound for anybody else's."""
    rows = orders_visible_to(user_id=user_id, guest_key=guest_key)
    return _order_view(rows.filter(id=order_id).first())


def any_order(order_id: UUID) -> OrderView:
    """One order for the operator; raises OrderNotFound."""
    return _order_view(Order.objects.filter(id=order_id).first())


def vendor_orders_page(
    *, vendor_id: UUID, state: str = "", cursor: str = "", limit: int = 25
) -> Page[VendorOrderView]:
    """One vendor's parts of placed orders, newest first. Three queries."""
    rows = _vendor_orders().filter(vendor_id=vendor_id)
    if state:
        rows = rows.filter(state=state)
    page = page_of(rows, cursor=cursor, limit=limit)
    views = [_vendor_order_view(row) for row in page.items]
    return Page(views, page.next_cursor, page.prev_cursor)


def vendor_order(vendor_order_id: UUID, *, vendor_id: UUID) -> VendorOrderView:
    """One part of this vendor; raises OrderNotFound for another vendor's."""
    row = _vendor_orders().filter(id=vendor_order_id, vendor_id=vendor_id).first()
    if row is None:
        raise OrderNotFound
    return _vendor_order_view(row)


def any_vendor_order(vendor_order_id: UUID) -> VendorOrderView:
    """One part of a placed order for the operator; raises OrderNotFound."""
    row = _vendor_orders().filter(id=vendor_order_id).first()
    if row is None:
        raise OrderNotFound
    return _vendor_order_view(row)


def vendor_order_events(vendor_order_id: UUID) -> list[EventView]:
    """The timeline of one part: its own entries only."""
    rows = OrderEvent.objects.filter(vendor_order_id=vendor_order_id).order_by("id")
    return [_event_view(row) for row in rows]


def waiting_vendor_orders(vendor_id: UUID) -> int:
    """How many parts wait for the vendor to send them. One query."""
    return (
        _vendor_orders()
        .filter(vendor_id=vendor_id, state__in=["confirmed", "processing", "partially_shipped"])
        .prefetch_related(None)
        .count()
    )


def _vendor_orders() -> QuerySet[VendorOrder]:
    rows = VendorOrder.objects.filter(order__state="placed").select_related("order")
    return rows.prefetch_related("lines", "fulfilments__lines")


def _rows(rows: QuerySet[Order], *, cursor: str, limit: int) -> Page[OrderRow]:
    page = page_of(rows.prefetch_related("vendor_orders"), cursor=cursor, limit=limit)
    views = [_row_view(row) for row in page.items]
    return Page(views, page.next_cursor, page.prev_cursor)


def _row_view(row: Order) -> OrderRow:
    parts = sorted(row.vendor_orders.all(), key=lambda part: part.number)
    return OrderRow(
        id=row.id,
        number=row.number,
        email=row.email,
        status=order_status(row.state, [part.state for part in parts]),
        total=Money(row.total_minor, row.currency),
        created_at=row.created_at,
        vendor_names=[part.vendor_name for part in parts],
    )


def _order_view(row: Order | None) -> OrderView:
    if row is None:
        raise OrderNotFound
    found = VendorOrder.objects.filter(order=row).select_related("order")
    wanted = found.prefetch_related("lines", "fulfilments__lines").order_by("number")
    parts = list(wanted)
    states = [part.state for part in parts]
    payment = find_payment(Ref("ordering.order", str(row.id)))
    return OrderView(
        id=row.id,
        number=row.number,
        user_id=row.user_id,
        email=row.email,
        phone=row.phone,
        address=row.address,
        status=order_status(row.state, states),
        payment_status=_payment_status(payment),
        fulfilment_status=fulfilment_status(states),
        subtotal=Money(row.subtotal_minor, row.currency),
        delivery=Money(row.delivery_minor, row.currency),
        discount=Money(row.discount_minor, row.currency),
        discounts=row.discounts,
        tax=Money(row.tax_minor, row.currency),
        tax_added=Money(row.tax_added_minor, row.currency),
        prices_include_tax=row.prices_include_tax,
        total=Money(row.total_minor, row.currency),
        created_at=row.created_at,
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        parts=[_vendor_order_view(part) for part in parts],
        events=[_event_view(event) for event in row.events.order_by("id")],
        payment=payment,
    )


def _payment_status(payment: PaymentView | None) -> str:
    if payment is None:
        return payment_status(state="", captured_minor=0, refunded_minor=0)
    return payment_status(
        state=payment.state,
        captured_minor=payment.captured.minor,
        refunded_minor=payment.refunded.minor,
    )


def _vendor_order_view(row: VendorOrder) -> VendorOrderView:
    currency = row.currency
    parcels = sorted(row.fulfilments.all(), key=lambda parcel: parcel.id)
    return VendorOrderView(
        id=row.id,
        number=row.number,
        order_id=row.order_id,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor_name,
        state=row.state,
        delivery_name=row.delivery_name,
        delivery_days=row.delivery_days,
        is_pickup=row.is_pickup,
        address=row.order.address,
        phone=row.order.phone,
        subtotal=Money(row.subtotal_minor, currency),
        delivery=Money(row.delivery_minor, currency),
        discount=Money(row.discount_minor, currency),
        subsidy=Money(row.subsidy_minor, currency),
        tax=Money(row.tax_minor, currency),
        tax_added=Money(row.tax_added_minor, currency),
        total=Money(row.total_minor, currency),
        commission=Money(row.commission_minor, currency),
        commission_tax=Money(row.commission_tax_minor, currency),
        retained_tax=Money(row.retained_tax_minor, currency),
        take=Money(row.take_minor, currency),
        earning=Money(row.earning_minor, currency),
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        refunded=Money(row.refunded_minor, currency),
        delivery_left=Money(_delivery_total(row) - row.delivery_refunded_minor, currency),
        lines=[_line_view(line, row) for line in row.lines.all()],
        fulfilments=[_fulfilment_view(parcel) for parcel in parcels],
    )


def _delivery_total(row: VendorOrder) -> int:
    """What was paid for the delivery: the part beyond its lines."""
    return row.total_minor - sum(line.total_minor for line in row.lines.all())


def _fulfilment_view(row: Fulfilment) -> FulfilmentView:
    return FulfilmentView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        quantities={each.line_id: each.quantity for each in row.lines.all()},
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        tracking_url=row.tracking_url,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
    )


def _line_view(line: OrderLine, row: VendorOrder) -> LineView:
    currency = row.currency
    return LineView(
        id=line.id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        vendor_id=row.vendor_id,
        category_path=line.category_path,
        title=line.title,
        variant_title=line.variant_title,
        sku=line.sku,
        url=f"/p/{line.product_slug}/",
        is_digital=line.is_digital,
        quantity=line.quantity,
        unit=Money(line.unit_price_minor, currency),
        discount=Money(line.discount_minor, currency),
        tax=Money(line.tax_minor, currency),
        tax_name=line.tax_name,
        tax_bps=line.tax_bps,
        tax_added=Money(line.tax_added_minor, currency),
        total=Money(line.total_minor, currency),
        commission=Money(line.commission_minor, currency),
        commission_rule=line.commission_rule_name,
        commission_bps=line.commission_bps,
        commission_fixed=Money(line.commission_fixed_minor, currency),
        commission_tax=Money(line.commission_tax_minor, currency),
        take=Money(line.take_minor, currency),
        take_bps=line.take_bps,
        earning=Money(line.earning_minor, currency),
        cancelled=line.cancelled_quantity,
        shipped=line.shipped_quantity,
        returned=line.returned_quantity,
        exchanged=line.exchanged_quantity,
        refunded_count=line.refunded_quantity,
        refunded=Money(line.refunded_minor, currency),
    )


def _event_view(row: OrderEvent) -> EventView:
    return EventView(
        kind=row.kind, at=row.at, vendor_order_id=row.vendor_order_id, data=dict(row.data)
    )


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """How many orders were placed and what they came to, cancelled ones included."""

    count: int
    gross: Money


def order_totals(currency: str) -> OrderTotals:
    """Everything placed so far in a currency, for the operator. One query."""
    rows = Order.objects.filter(state="placed", currency=currency)
    found = rows.aggregate(count=Count("pk"), gross=Sum("total_minor"))
    return OrderTotals(found["count"], Money(found["gross"] or 0, currency))
