"""A sale with everything in it, to be undone: VAT, commission, tax on that, delivery, two vendors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.clock import now
from shared_apps.ledger.queries import balance_of
from tenant_apps.ordering.domain import fulfilment, placing
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.models import (
    DeliveryMethod,
    DeliveryRate,
    OrderLine,
    TaxSettings,
    VendorOrder,
)
from tenant_apps.payments.domain.methods import TermsWanted, set_terms
from tenant_apps.payments.models import Payment, Refund
from tenant_apps.settlement.models import CommissionRule
from tests.factories import shop
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.ordering.conftest import assert_books_hold, deliver_all, start
from tests.tenant_apps.ordering.people import DETAILS
from tests.world import NOW

ADA = Actor("user", str(UUID(int=1)), "Ada", frozenset({"operator"}))
CY = Actor("guest", "g", "Guest")


@dataclass
class Sold:
    """Three bowls of the potter and one scarf of the weaver, paid."""

    potter: shop.Vendor
    weaver: shop.Vendor
    bowl: shop.Item
    scarf: shop.Item
    owner: CartOwner
    at: datetime = field(default_factory=now)

    def part(self, vendor: shop.Vendor | None = None) -> VendorOrder:
        return VendorOrder.objects.get(vendor_id=(vendor or self.potter).id)

    def line(self, vendor: shop.Vendor | None = None) -> OrderLine:
        return OrderLine.objects.get(vendor_order=self.part(vendor))

    def ship(self, count: int | None = None) -> None:
        fulfilment.ship(
            vendor_order_id=self.part().id,
            tracking=Tracking("Post", "TN1"),
            quantities={self.line().id: count} if count else None,
            acting=self.potter.actor,
            at=self.at,
        )

    def deliver(self) -> None:
        self.ship()
        fulfilment.deliver(vendor_order_id=self.part().id, acting=self.potter.actor, at=self.at)
        settle()

    def earned(self, vendor: shop.Vendor | None = None) -> int:
        return balance_of(f"vendor:{(vendor or self.potter).id}", "EUR").minor


def open_shop() -> SimpleNamespace:
    """Two vendors, 20 % VAT in the prices, 12.5 % commission with 20 % on it, delivery 4.90."""
    potter, weaver = shop.make_vendor("Potter"), shop.make_vendor("Weaver")
    TaxSettings.objects.create(id=1, default_name="VAT", default_bps=2000, fee_tax_bps=2000)
    CommissionRule.objects.update(bps=1250)
    method = DeliveryMethod.objects.create(
        kind="shipping", name="Parcel", currency="EUR", created_at=NOW
    )
    DeliveryRate.objects.create(method=method, price_minor=490)
    bowl = shop.make_item(potter, "Bowl", price="17.99", stock=10)
    scarf = shop.make_item(weaver, "Scarf", price="39.99", stock=2)
    owner = CartOwner(guest_key=uuid4())
    return SimpleNamespace(potter=potter, weaver=weaver, bowl=bowl, scarf=scarf, owner=owner)


def buy(customer: Customer) -> Sold:
    """Three bowls and a scarf."""
    stall = open_shop()
    for item, count in ((stall.bowl, 3), (stall.scarf, 1)):
        add_to_cart(owner=stall.owner, variant_id=item.variant_id, quantity=count, at=now())
    pay_for(stall, customer)
    return Sold(stall.potter, stall.weaver, stall.bowl, stall.scarf, stall.owner)


def owe_for(stall: SimpleNamespace) -> Sold:
    """Placed, to be paid in cash at the door: nothing is in escrow. The basket is filled."""
    terms = TermsWanted(is_on=True, instructions="At the door")
    set_terms(method="cash", wanted=terms, acting=SYSTEM, at=now())
    start(stall, details=replace(DETAILS, method="cash"))
    settle()
    return Sold(stall.potter, stall.weaver, stall.bowl, stall.scarf, stall.owner)


def pay_for(stall: SimpleNamespace, customer: Customer) -> None:
    back = customer.pay(start(stall).redirect_url)
    provider_id = parse_qs(urlsplit(back).query)["payment"][0]
    placing.finish_checkout(provider_id=provider_id, at=now())
    settle()


def settle() -> None:
    """Everything that was published is heard, and every invariant of money holds."""
    deliver_all()
    assert_books_hold()


def refunds() -> list[int]:
    return list(Refund.objects.order_by("created_at", "id").values_list("amount_minor", flat=True))


def refunded() -> int:
    return sum(Payment.objects.values_list("refunded_minor", flat=True))
