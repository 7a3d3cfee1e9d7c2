"""The first page of the partner centre, and how a shop's sales went."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import span_of
from shared_apps.kernel.tabular import csv_of
from tenant_apps.ordering.domain.sales import SoldGoods
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import partner_of, workplace_of
from tenant_apps.storefront.queries.sales import Sales, analytics_of
from tenant_apps.storefront.queries.workplace import workplace
from themes.domain.charts import Chart, Series
from themes.domain.tables import Cell, Column, Row, Table
from themes.templatetags import spans

ANALYTICS = "/partner/analytics/"


@never_cache
@require_safe
@role_required("vendor")
def dashboard(request: HttpRequest) -> HttpResponse:
    """What to do today; who has no shop yet is led to the application."""
    acting = acting_as(request)
    partner = partner_of(acting.id)
    if partner is None:
        return redirect("/partner/apply/")
    work = workplace(partner, acting, at=now())
    chart = _sales_chart(work.sales) if work.sales else None
    return render(request, "storefront/partner/dashboard.html", {"work": work, "chart": chart})


@never_cache
@require_safe
@role_required("vendor")
def analytics(request: HttpRequest) -> HttpResponse:
    """Revenue, orders, pieces and the best sellers of a stretch of days; `as=csv` is a file."""
    partner = workplace_of(acting_as(request), Verb.READ_MONEY)
    asked = request.GET
    span = span_of(
        key=asked.get("span", ""),
        first=asked.get("from", ""),
        last=asked.get("to", ""),
        today=now().date(),
    )
    found = analytics_of(partner, span)
    if asked.get("as") == "csv":
        return _file(found.now)
    context = {
        "found": found,
        "span": span,
        "tabs": spans.span_tabs(span, ANALYTICS),
        "chart": _sales_chart(found.now),
        "orders_chart": _orders_chart(found.now),
        "products": _products_table(found.products) if found.products else None,
        "notes": {
            "gross": spans.compared(found.now.gross, found.before.gross),
            "earning": spans.compared(found.now.earning, found.before.earning),
            "orders": spans.compared(found.now.orders, found.before.orders),
            "units": spans.compared(found.units, found.units_before),
            "average": spans.compared(found.now.average, found.before.average),
        },
    }
    return render(request, "storefront/partner/analytics.html", context)


def _sales_chart(sales: Sales) -> Chart:
    earned = sales.earning_by_slot
    rest = [gross - mine for gross, mine in zip(sales.gross_by_slot, earned, strict=True)]
    return Chart(
        caption=_("Sales"),
        labels=spans.slot_labels(sales.span),
        series=[
            Series(_("You earn"), earned, "brand"),
            Series(_("Commission and tax"), rest, "soft"),
        ],
        currency=sales.currency,
        first_column=_("From"),
        id="sales",
    )


def _orders_chart(sales: Sales) -> Chart:
    return Chart(
        caption=_("Orders"),
        labels=spans.slot_labels(sales.span),
        series=[Series(_("Orders"), sales.orders_by_slot, "accent")],
        kind="bars" if sales.span.step == "day" else "line",
        first_column=_("From"),
        id="orders",
    )


def _products_table(products: Sequence[SoldGoods]) -> Table:
    columns = [
        Column(_("Product")),
        Column(_("Pieces"), end=True),
        Column(_("Sales"), end=True),
    ]
    rows = [
        Row([Cell(each.title, url=f"/p/{each.slug}/"), Cell(each.units), Cell(each.gross)])
        for each in products
    ]
    return Table(_("Sold best"), columns, rows)


def _file(sales: Sales) -> HttpResponse:
    rows = [
        (
            day.day.isoformat(),
            day.orders,
            Money(day.gross_minor, sales.currency),
            Money(day.commission_minor, sales.currency),
            Money(day.earning_minor, sales.currency),
            sales.currency,
        )
        for day in sales.days
    ]
    columns = ["day", "orders", "sales", "commission", "you_earn", "currency"]
    return HttpResponse(
        csv_of(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="sales.csv"'},
    )
