"""A vendor's first page: what to do today, then how things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import span_of
from shared_apps.ledger.queries import balance_of
from tenant_apps.catalog import queries as catalog
from tenant_apps.ordering.queries import (
    VendorOrderView,
    vendor_orders_page,
    waiting_vendor_orders,
)
from tenant_apps.partners.permissions import Verb, may
from tenant_apps.partners.queries import PartnerSummary
from tenant_apps.reviews.queries import RatingView, rating_of
from tenant_apps.storefront.queries.sales import Sales, sales_of
from themes.domain.todos import Todo, todos_for

LATEST = 5
DAYS = "30d"


@dataclass(frozen=True, slots=True)
class Workplace:
    """`orders` is None where the person may not read orders, `sales` and `balance` not money."""

    partner: PartnerSummary
    tasks: Sequence[Todo]
    rating: RatingView
    sales: Sales | None
    balance: Money | None
    live: int
    waiting: int
    drafts: int
    to_send: int
    orders: Sequence[VendorOrderView] | None

    @property
    def is_new(self) -> bool:
        return not (self.live or self.waiting or self.drafts)


def workplace(partner: PartnerSummary, acting: Actor, *, today: date) -> Workplace:
    """Everything of the first page. Thirteen queries, fewer for who may not read orders or money."""
    states = catalog.count_by_state(partner.id)
    reads_orders = may(acting, Verb.READ_ORDERS, partner.id)
    reads_money = may(acting, Verb.READ_MONEY, partner.id)
    to_send = waiting_vendor_orders(partner.id) if reads_orders else 0
    low = catalog.low_count(partner.id)
    tasks = tasks_of(states, low=low, to_send=to_send)
    return Workplace(
        partner=partner,
        tasks=[*tasks, *todos_for("partner", acting=acting, ref=partner.ref)],
        rating=rating_of(partner.ref),
        sales=sales_of(partner, span_of(key=DAYS, today=today)) if reads_money else None,
        balance=balance_of(f"vendor:{partner.id}", partner.currency) if reads_money else None,
        live=states.get("published", 0),
        waiting=states.get("submitted", 0),
        drafts=states.get("draft", 0) + states.get("rejected", 0),
        to_send=to_send,
        orders=(
            vendor_orders_page(vendor_id=partner.id, limit=LATEST).items if reads_orders else None
        ),
    )


def tasks_of(states: Mapping[str, int], *, low: int, to_send: int) -> list[Todo]:
    """What waits, the most pressing first (rule)."""
    rejected, drafts = states.get("rejected", 0), states.get("draft", 0)
    tasks = [
        (
            to_send,
            ngettext("%(n)d order to send", "%(n)d orders to send", to_send),
            _("Customers are waiting for their parcels."),
            "/partner/orders/",
            _("Open orders"),
        ),
        (
            rejected,
            ngettext("%(n)d product needs changes", "%(n)d products need changes", rejected),
            _("Read what to change, then send it again."),
            "/partner/products/?state=rejected",
            _("Look"),
        ),
        (
            low,
            ngettext("%(n)d variant is running low", "%(n)d variants are running low", low),
            _("Restock before it sells out."),
            "/partner/stock/?low=1",
            _("Restock"),
        ),
        (
            drafts,
            ngettext("%(n)d draft", "%(n)d drafts", drafts),
            _("Nobody sees drafts; send them for approval."),
            "/partner/products/?state=draft",
            _("Finish"),
        ),
    ]
    return [
        Todo(label % {"n": count}, help_text, url, action)
        for count, label, help_text, url, action in tasks
        if count
    ]
