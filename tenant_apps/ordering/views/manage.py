"""Every order of the tenant, with who gets how much of it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import fulfilment
from tenant_apps.ordering.queries import LineView, OrderView, VendorOrderView
from tenant_apps.ordering.views.after_showing import shown_parts
from tenant_apps.ordering.views.showing import badge, order_page
from tenant_apps.ordering.views.storefront import SeeOther
from tenant_apps.settlement.domain.commissions import (
    CommissionSubject,
    Considered,
    all_rules,
    explain_commission,
)
from tenant_apps.settlement.queries import EarningView, earnings_of
from themes.domain.tables import Cell, Column, Row, Table

SHOWN_STATES = ("", "placed", "draft", "expired")


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line with the rules as they stand today; what holds is what was frozen."""

    line: LineView
    considered: Sequence[Considered]


@never_cache
@require_GET
@role_required("operator", "staff")
def orders(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    page = queries.all_orders_page(
        state=state if state in SHOWN_STATES else "", cursor=request.GET.get("cursor", "")
    )
    labels = {"": _("All"), "placed": _("Placed"), "expired": _("Not paid in time")}
    tabs = [
        {
            "label": labels.get(each, _("Awaiting payment")),
            "url": f"?state={each}" if each else "/manage/orders/",
            "current": each == state,
        }
        for each in SHOWN_STATES
    ]
    context = {"page": page, "tabs": tabs, "query": f"state={state}"}
    return render(request, "ordering/manage/orders.html", context)


@never_cache
@require_GET
@role_required("operator", "staff")
def order(request: HttpRequest, public: str) -> HttpResponse:
    view = queries.any_order(parse_public_id(queries.ORDER_PREFIX, public))
    shown = shown_parts(view.parts, at=now())
    earnings = earnings_of([part.ref for part in view.parts])
    context: dict[str, Any] = {
        **order_page(view),
        "shown": shown,
        "can_call_off": any(each.can_call_off for each in shown),
        "split": _split_table(view, earnings),
        "explained": _explained(view),
    }
    return render(request, "ordering/manage/order.html", context)


@require_POST
@role_required("operator")
def deliver(request: HttpRequest, public: str) -> HttpResponse:
    """The operator knows that it arrived; POST order for the way back."""
    part_id = parse_public_id(queries.VENDOR_ORDER_PREFIX, public)
    fulfilment.deliver(vendor_order_id=part_id, acting=acting_as(request), at=now())
    messages.success(request, _("Marked as delivered. The vendor's share is released."))
    back = parse_public_id(queries.ORDER_PREFIX, request.POST.get("order", ""))
    return SeeOther(f"/manage/orders/{queries.any_order(back).public_id}/")


def _split_table(view: OrderView, earnings: dict[str, EarningView]) -> Table:
    columns = [
        Column(_("Vendor")),
        Column(_("Paid"), end=True),
        Column(_("Vendor earns"), end=True),
        Column(_("Commission"), end=True),
        Column(_("Tax"), end=True),
        Column(_("Of it to Galleria"), end=True),
        Column(_("State")),
    ]
    rows = [_split_row(part, earnings.get(str(part.ref))) for part in view.parts]
    return Table(_("Who gets how much"), columns, rows)


def _split_row(part: VendorOrderView, earning: EarningView | None) -> Row:
    state = badge(earning.state if earning else part.state)
    return Row(
        [
            Cell(part.vendor_name, note=part.number),
            Cell(part.total),
            Cell(part.earning),
            Cell(part.commission),
            Cell(part.tax),
            Cell(part.take),
            Cell(state.label, tone=state.tone or "neutral"),  # type: ignore[arg-type]
        ]
    )


def _explained(view: OrderView) -> list[ExplainedLine]:
    rules = all_rules()
    return [
        ExplainedLine(
            line,
            explain_commission(
                subject=CommissionSubject(line.vendor_id, line.product_id, line.category_path),
                rules=rules,
            ),
        )
        for part in view.parts
        for line in part.lines
    ]
