"""A vendor's first page: what to do today, then how things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.spans import span_of
from tenant_apps.catalog import queries as catalog
from tenant_apps.ordering.queries import (
    VendorOrderView,
    vendor_orders_page,
    waiting_vendor_orders,
)
from tenant_apps.ordering.queries.after_sales import waiting_returns
from tenant_apps.partners.permissions import Verb, may
from tenant_apps.partners.queries import PartnerSummary
from tenant_apps.reviews.queries import RatingView, rating_of
from tenant_apps.settlement.domain.balances import PartnerFunds, balances_of
from tenant_apps.settlement.domain.destinations import live_destination
from tenant_apps.storefront.queries.sales import Sales, sales_of
from themes.domain.todos import Todo, todos_for

LATEST = 5
DAYS = "30d"


@dataclass(frozen=True, slots=True)
class Workplace:
    """`orders` is None where the person may not read orders, `sales` and `funds` not money."""

    partner: PartnerSummary
    tasks: Sequence[Todo]
    rating: RatingView
    sales: Sales | None
    funds: PartnerFunds | None
    live: int
    waiting: int
    drafts: int
    to_send: int
    orders: Sequence[VendorOrderView] | None

    @property
    def is_new(self) -> bool:
        return not (self.live or self.waiting or self.drafts)


def workplace(partner: PartnerSummary, acting: Actor, *, at: datetime) -> Workplace:
    """Everything of the first page. At most 21 queries, fewer for who may not read orders or money."""
    states = catalog.count_by_state(partner.id)
    reads_orders = may(acting, Verb.READ_ORDERS, partner.id)
    reads_money = may(acting, Verb.READ_MONEY, partner.id)
    to_send = waiting_vendor_orders(partner.id) if reads_orders else 0
    low = catalog.low_count(partner.id)
    funds = _funds(partner, at=at) if reads_money else None
    tasks = tasks_of(
        states,
        Waiting(
            to_send=to_send,
            returns=waiting_returns(partner.id) if reads_orders else 0,
            low=low,
            is_unpayable=bool(funds and funds.available.minor > 0)
            and live_destination(partner.id) is None,
        ),
    )
    return Workplace(
        partner=partner,
        tasks=[*tasks, *todos_for("partner", acting=acting, ref=partner.ref)],
        rating=rating_of(partner.ref),
        sales=sales_of(partner, span_of(key=DAYS, today=at.date())) if reads_money else None,
        funds=funds,
        live=states.get("published", 0),
        waiting=states.get("submitted", 0),
        drafts=states.get("draft", 0) + states.get("rejected", 0),
        to_send=to_send,
        orders=(
            vendor_orders_page(vendor_id=partner.id, limit=LATEST).items if reads_orders else None
        ),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the vendor besides their drafts."""

    to_send: int = 0
    returns: int = 0
    low: int = 0
    is_unpayable: bool = False


def _funds(partner: PartnerSummary, *, at: datetime) -> PartnerFunds | None:
    """What the vendor has in their own currency, None before the first sale."""
    found = balances_of(partner.id, at=at)
    return next((each for each in found if each.currency == partner.currency), None)


def tasks_of(states: Mapping[str, int], waiting: Waiting) -> list[Todo]:
    """What waits, the most pressing first (rule)."""
    rejected, drafts = states.get("rejected", 0), states.get("draft", 0)
    tasks = [
        (
            waiting.to_send,
            ngettext("%(n)d order to send", "%(n)d orders to send", waiting.to_send),
            _("Customers are waiting for their parcels."),
            "/partner/orders/",
            _("Open orders"),
        ),
        (
            waiting.returns,
            ngettext("%(n)d return to answer", "%(n)d returns to answer", waiting.returns),
            _("Approve it, or look at what came back."),
            "/partner/returns/",
            _("Answer"),
        ),
        (
            int(waiting.is_unpayable),
            _("Say where your money goes"),
            _("You earned something and nobody knows your account."),
            "/partner/earnings/settings/",
            _("Tell us"),
        ),
        (
            rejected,
            ngettext("%(n)d product needs changes", "%(n)d products need changes", rejected),
            _("Read what to change, then send it again."),
            "/partner/products/?state=rejected",
            _("Look"),
        ),
        (
            waiting.low,
            ngettext("%(n)d variant is running low", "%(n)d variants are running low", waiting.low),
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
