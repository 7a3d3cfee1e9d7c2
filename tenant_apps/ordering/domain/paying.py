"""The payments of one order: stored value first, one method for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.gateways.contract import PaymentLine
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import step
from tenant_apps.ordering.domain import orders
from tenant_apps.ordering.domain.planning import CheckoutDetails, PlannedPart
from tenant_apps.ordering.domain.tendering import Tender, divide, spend, stored_value_of
from tenant_apps.ordering.models import Cart, Order, VendorOrder
from tenant_apps.payments.domain import accounts, charges, methods
from tenant_apps.payments.domain.accounts import NoGateway
from tenant_apps.payments.domain.charges import Charge, SplitWanted
from tenant_apps.payments.queries import available_methods

PAGE_LASTS = timedelta(minutes=45)
GATEWAYS = frozenset({"stripe", "paypal", "paystack", "flutterwave"})
OFFLINE = frozenset({"bank_transfer", "virtual_account", "cash"})
_KINDS = frozenset({"gateway", "offline"})
_GRACE = timedelta(hours=1)


class MethodUnknown(Unprocessable):
    code, title = "payment_method_unknown", "This way of paying is not offered here"


@dataclass(frozen=True, slots=True)
class Reserving:
    """How an order will be paid: tenders of stored value, and the rest by `method`.

    `lasts` is how long an offline method may take, None for the ordinary time.
    """

    tenders: Sequence[Tender]
    rest: Money
    method: str
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class WayToPay:
    """A method that the customer may choose for what stored value does not pay."""

    method: str
    kind: str
    instructions: str = ""


def ways_to_pay(*, due: Money, country: str, user_id: UUID | None) -> list[WayToPay]:
    """What is offered for the rest, in the operator's order; nothing when nothing is left."""
    if not due:
        return []
    found = available_methods(currency=due.currency, country=country, amount=due, user_id=user_id)
    return [
        WayToPay(each.method, each.kind, each.instructions) for each in found if each.kind in _KINDS
    ]


def account_for(method: str, *, at: datetime) -> UUID | None:
    """Where the rest is paid (journey: a sandbox account is opened for a tenant without any).

    Nowhere for an offline method, nor for a shop without an account, which can still give things
    away or take stored value.
    """
    if method and method not in GATEWAYS:
        return None
    try:
        return accounts.ensure_account(at=at, kind=method)
    except NoGateway:
        return None


def plan_payments(cart: Cart, whole: Money, details: CheckoutDetails) -> Reserving:
    """Which stored value pays how much of the whole, and who pays the rest. Raises MethodUnknown."""
    tenders, rest = spend(whole, stored_value_of(cart), uses_wallet=details.uses_wallet)
    if not rest:
        return Reserving(tenders, rest, tenders[0].method if tenders else "")
    _check_offered(details, rest, cart.user_id)
    if details.method not in OFFLINE:
        return Reserving(tenders, rest, details.method)
    lasts = None if details.method == "cash" else methods.time_to_pay(details.method) + _GRACE
    return Reserving(tenders, rest, details.method, lasts)


def _check_offered(details: CheckoutDetails, rest: Money, user_id: UUID | None) -> None:
    """A method that the operator switched off is not paid with by sending its name."""
    if not details.method:
        return
    country = details.address.country
    if details.method not in {
        way.method for way in ways_to_pay(due=rest, country=country, user_id=user_id)
    }:
        raise MethodUnknown


@step
def prepare(
    order: Order,
    plan: Reserving,
    vendor_orders: Sequence[VendorOrder],
    parts: Sequence[PlannedPart],
    *,
    account_id: UUID | None,
    at: datetime,
) -> UUID | None:
    """Write every payment of the order, setting stored value aside; returns the one to open.

    Raises NoGateway, InsufficientFunds.
    """
    amounts = [tender.amount for tender in plan.tenders] + ([plan.rest] if plan.rest else [])
    shares = divide(amounts, [part.total for part in parts])
    for tender, divided in zip(plan.tenders, shares, strict=False):
        charge = _charge(order, vendor_orders, divided, method=tender.method, source=tender.source)
        charges.prepare_payment(charge=charge, at=at)
    if not plan.rest:
        return None
    if account_id is None and plan.method not in OFFLINE:
        raise NoGateway
    charge = _charge(
        order,
        vendor_orders,
        shares[-1],
        method=plan.method,
        lines=_payment_lines(order, parts, plan.rest),
    )
    return charges.prepare_payment(charge=charge, account_id=account_id, at=at)


def _charge(
    order: Order,
    vendor_orders: Sequence[VendorOrder],
    divided: Sequence[Money],
    *,
    method: str,
    source: str = "",
    lines: Sequence[PaymentLine] = (),
) -> Charge:
    return Charge(
        subject=orders.ref_of(order.id),
        splits=[
            SplitWanted(orders.vendor_order_ref(row.id), row.vendor_id, amount)
            for row, amount in zip(vendor_orders, divided, strict=True)
            if amount
        ],
        lines=lines,
        customer_email=order.email,
        expires_at=order.created_at + PAGE_LASTS,
        success_url=absolute_url("/checkout/return/?payment={PAYMENT_ID}"),
        cancel_url=absolute_url("/checkout/"),
        method=method,
        source=source,
        user_id=order.user_id,
    )


def _payment_lines(order: Order, parts: Sequence[PlannedPart], rest: Money) -> list[PaymentLine]:
    """What the gateway's page lists; it wants lines above zero that add up to what is paid there."""
    lines = [
        PaymentLine(
            name=" · ".join(filter(None, [line.offer.title, line.offer.variant_label]))[:200],
            amount=line.price.unit,
            quantity=line.price.quantity,
        )
        for part in parts
        for line in part.lines
        if line.price.unit
    ]
    lines += [
        PaymentLine(
            name=f"{part.vendor_name}: {part.option.name}"[:200], amount=part.delivery.price
        )
        for part in parts
        if part.delivery.price
    ]
    listed = sum(line.amount.minor * line.quantity for line in lines)
    return lines if listed == rest.minor else [PaymentLine(name=order.number, amount=rest)]
