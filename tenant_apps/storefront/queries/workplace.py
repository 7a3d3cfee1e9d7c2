"""A vendor's first page: what to do today, then how things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.kernel.actor import Actor
from tenant_apps.catalog import queries as catalog
from tenant_apps.ordering.queries import (
    VendorOrderView,
    vendor_orders_page,
    waiting_vendor_orders,
)
from tenant_apps.partners.permissions import Verb, may
from tenant_apps.partners.queries import PartnerSummary

LATEST = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the vendor."""

    label: str
    help: str
    url: str
    action: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Workplace:
    """`orders` is None where the person may not read orders."""

    partner: PartnerSummary
    tasks: Sequence[Task]
    live: int
    waiting: int
    drafts: int
    to_send: int
    orders: Sequence[VendorOrderView] | None

    @property
    def is_new(self) -> bool:
        return not (self.live or self.waiting or self.drafts)


def workplace(partner: PartnerSummary, acting: Actor) -> Workplace:
    """Everything of the first page. Seven queries, fewer for who may not read orders."""
    states = catalog.count_by_state(partner.id)
    reads_orders = may(acting, Verb.READ_ORDERS, partner.id)
    to_send = waiting_vendor_orders(partner.id) if reads_orders else 0
    return Workplace(
        partner=partner,
        tasks=tasks_of(states, low=catalog.low_count(partner.id), to_send=to_send),
        live=states.get("published", 0),
        waiting=states.get("submitted", 0),
        drafts=states.get("draft", 0) + states.get("rejected", 0),
        to_send=to_send,
        orders=(
            vendor_orders_page(vendor_id=partner.id, limit=LATEST).items if reads_orders else None
        ),
    )


def tasks_of(states: Mapping[str, int], *, low: int, to_send: int) -> list[Task]:
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
        Task(label % {"n": count}, help_text, url, action)
        for count, label, help_text, url, action in tasks
        if count
    ]
