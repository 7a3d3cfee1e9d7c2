"""The operator's first page: what is missing to open, what waits, and how things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from tenant_apps.catalog import queries as catalog
from tenant_apps.ordering.queries import (
    OrderRow,
    OrderTotals,
    all_orders_page,
    order_totals,
)
from tenant_apps.ordering.queries.after_sales import open_claims
from tenant_apps.partners.queries import count_by_state
from tenant_apps.payments.queries import gateway_accounts
from tenant_apps.settlement.queries import payout_counts
from themes.domain.todos import Todo, todos_for
from themes.queries import brand_state

LATEST = 5


@dataclass(frozen=True, slots=True)
class Overview:
    checks: Sequence[Todo]
    tasks: Sequence[Todo]
    live: int
    partners: int
    totals: OrderTotals
    orders: Sequence[OrderRow]

    @property
    def done(self) -> int:
        return sum(check.done for check in self.checks)

    @property
    def percent(self) -> int:
        return self.done * 100 // len(self.checks)


def overview(acting: Actor) -> Overview:
    """Everything of the first page. Ten queries and what the rooms ask for their lines."""
    products, partners = catalog.count_by_state(), count_by_state()
    live_accounts = [account for account in gateway_accounts() if account.state == "active"]
    checks = checks_of(
        branded=brand_state().revision > 1,
        categorised=bool(catalog.category_tree()),
        partnered=bool(partners.get("approved")),
        stocked=bool(products.get("published")),
        payable=bool(live_accounts),
    )
    return Overview(
        checks=checks,
        tasks=[
            *tasks_of(products, partners, claims=open_claims(), payouts=payout_counts()),
            *todos_for("manage", acting=acting, ref=None),
        ],
        live=products.get("published", 0),
        partners=partners.get("approved", 0),
        totals=order_totals(current_tenant().currency),
        orders=all_orders_page(state="placed", limit=LATEST).items,
    )


def checks_of(
    *, branded: bool, categorised: bool, partnered: bool, stocked: bool, payable: bool
) -> list[Todo]:
    """What a marketplace needs before it opens (rule)."""
    return [
        Todo(
            _("Make it yours"),
            _("Theme, name and colours."),
            "/manage/brand/",
            _("Choose"),
            branded,
        ),
        Todo(
            _("Add a category"),
            _("So that shoppers find their way."),
            "/manage/categories/",
            _("Add"),
            categorised,
        ),
        Todo(
            _("Approve a shop"),
            _("People apply on your page for sellers."),
            "/manage/partners/",
            _("Open"),
            partnered,
        ),
        Todo(
            _("Approve a product"),
            _("Nothing is live before you say so."),
            "/manage/approvals/",
            _("Open"),
            stocked,
        ),
        Todo(
            _("Connect payments"),
            _("So that customers can pay."),
            "/manage/payments/",
            _("Connect"),
            payable,
        ),
    ]


def tasks_of(
    products: Mapping[str, int],
    partners: Mapping[str, int],
    *,
    claims: int,
    payouts: Mapping[str, int],
) -> list[Todo]:
    """What waits for the operator (rule)."""
    submitted = products.get("submitted", 0)
    applied = partners.get("applied", 0) + partners.get("in_review", 0)
    failed = payouts.get("failed", 0)
    tasks = [
        (
            claims,
            ngettext("%(n)d problem to decide", "%(n)d problems to decide", claims),
            "/manage/claims/",
        ),
        (
            failed,
            ngettext("%(n)d payout did not arrive", "%(n)d payouts did not arrive", failed),
            "/manage/payouts/",
        ),
        (
            applied,
            ngettext("%(n)d shop would like to sell", "%(n)d shops would like to sell", applied),
            "/manage/partners/?state=applied",
        ),
        (
            submitted,
            ngettext("%(n)d product waits", "%(n)d products wait", submitted),
            "/manage/approvals/",
        ),
    ]
    return [Todo(label % {"n": n}, "", url, _("Look")) for n, label, url in tasks if n]
