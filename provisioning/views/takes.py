"""The console: what the platform takes, by tenant, module and time, down to each record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from billing.queries import (
    TakeFilter,
    TakeLine,
    TakeShare,
    take_by_day,
    take_currencies,
    take_records,
    take_shares,
)
from provisioning.queries import TenantRow, list_tenants
from shared_apps.identity.permissions import platform_staff_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import Span, in_slots, span_of
from shared_apps.kernel.tabular import csv_of
from themes.domain.charts import Chart, Series
from themes.domain.tables import Cell, Column, Row, Table
from themes.templatetags import spans

PLACE = "/takes/"
EXPORT_MAX = 20_000
MODULE_LABELS = {
    "marketplace": lazy("Marketplace"),
    "rides": lazy("Rides"),
    "stays": lazy("Stays"),
    "ads": lazy("Ads"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; whatever it names that does not exist is left out."""

    span: Span
    currency: str
    currencies: Sequence[str]
    tenant: TenantRow | None
    module: str

    @property
    def filter(self) -> TakeFilter:
        tenant_id = self.tenant.id if self.tenant else None
        return TakeFilter(
            self.currency, self.span.starts_at, self.span.ends_at, tenant_id, self.module
        )

    def url(self, **changes: str) -> str:
        """The same page with something changed; "" takes it out."""
        chosen = {
            "currency": self.currency,
            "tenant": self.tenant.slug if self.tenant else "",
            "module": self.module,
            **changes,
        }
        words = urlencode({name: value for name, value in chosen.items() if value})
        return f"{PLACE}?{self.span.asked}&{words}"


@never_cache
@require_GET
@platform_staff_required
def takes(request: HttpRequest) -> HttpResponse:
    """The chart, the shares of tenants and modules, and the records behind them."""
    tenants = {row.id: row for row in list_tenants()}
    asked = _asked(request, tenants)
    if request.GET.get("as") == "csv":
        return _file(asked, tenants)
    shares = take_shares(asked.filter)
    before = take_by_day(_before(asked))
    page = take_records(asked.filter, cursor=request.GET.get("cursor", ""))
    take = _sum((share.take for share in shares), asked.currency)
    context = {
        "asked": asked,
        "tabs": spans.span_tabs(asked.span, PLACE, **_kept(asked)),
        "currencies": [(code, asked.url(currency=code)) for code in asked.currencies],
        "take": take,
        "base": _sum((share.base for share in shares), asked.currency),
        "sales": sum(share.sales for share in shares),
        "note": spans.compared(take, sum(before.values())),
        "chart": _chart(asked),
        "shares": _shares_table(shares, asked, tenants),
        "has_shares": bool(shares),
        "page": page,
        "records": _records_table(page.items, tenants),
        "query": asked.url().partition("?")[2],
        "all_url": asked.url(tenant="", module=""),
        "module_label": MODULE_LABELS.get(asked.module, asked.module),
    }
    return render(request, "provisioning/console/takes.html", context)


def _asked(request: HttpRequest, tenants: Mapping[UUID, TenantRow]) -> Asked:
    said = request.GET
    currencies = take_currencies() or ["EUR"]
    currency = said.get("currency", "")
    slugs = {row.slug: row for row in tenants.values()}
    module = said.get("module", "")
    return Asked(
        span=span_of(
            key=said.get("span", ""),
            first=said.get("from", ""),
            last=said.get("to", ""),
            today=now().date(),
        ),
        currency=currency if currency in currencies else currencies[0],
        currencies=currencies,
        tenant=slugs.get(said.get("tenant", "")),
        module=module if module in MODULE_LABELS else "",
    )


def _kept(asked: Asked) -> dict[str, str]:
    kept = {
        "currency": asked.currency,
        "tenant": asked.tenant.slug if asked.tenant else "",
        "module": asked.module,
    }
    return {name: value for name, value in kept.items() if value}


def _before(asked: Asked) -> TakeFilter:
    span, present = asked.span.before, asked.filter
    return TakeFilter(
        present.currency, span.starts_at, span.ends_at, present.tenant_id, present.module
    )


def _sum(amounts: Any, currency: str) -> Money:
    return sum(amounts, Money.zero(currency))


def _chart(asked: Asked) -> Chart:
    return Chart(
        caption=_("Our take"),
        labels=spans.slot_labels(asked.span),
        series=[Series(_("Our take"), in_slots(asked.span, take_by_day(asked.filter)), "brand")],
        currency=asked.currency,
        first_column=_("From"),
        id="takes",
    )


def _shares_table(
    shares: Sequence[TakeShare], asked: Asked, tenants: Mapping[UUID, TenantRow]
) -> Table:
    columns = [
        Column(_("Marketplace")),
        Column(_("Module")),
        Column(_("Sales"), end=True),
        Column(_("Sold for"), end=True),
        Column(_("Our take"), end=True),
    ]
    rows = []
    for share in shares:
        tenant = tenants.get(share.tenant_id)
        slug = tenant.slug if tenant else ""
        rows.append(
            Row(
                [
                    Cell(
                        tenant.name if tenant else str(share.tenant_id),
                        url=asked.url(tenant=slug, module=share.module) if slug else "",
                        note=tenant.tier if tenant else "",
                    ),
                    Cell(MODULE_LABELS.get(share.module, share.module)),
                    Cell(share.sales),
                    Cell(share.base),
                    Cell(share.take),
                ]
            )
        )
    return Table(_("Take by marketplace"), columns, rows)


def _records_table(lines: Sequence[TakeLine], tenants: Mapping[UUID, TenantRow]) -> Table:
    columns = [
        Column(_("When")),
        Column(_("Marketplace")),
        Column(_("Of what")),
        Column(_("Rate"), end=True),
        Column(_("Sold for"), end=True),
        Column(_("Our take"), end=True),
    ]
    rows = []
    for line in lines:
        tenant = tenants.get(line.tenant_id)
        rows.append(
            Row(
                [
                    Cell(line.accrued_at),
                    Cell(
                        tenant.name if tenant else str(line.tenant_id),
                        url=reverse("console-tenant", args=[tenant.slug]) if tenant else "",
                    ),
                    Cell(_of_what(line.subject), note=line.subject[-12:]),
                    Cell(
                        f"{line.rate_bps / 100:g}%", note=f"{line.tier_code} v{line.tier_version}"
                    ),
                    Cell(line.base),
                    Cell(line.take),
                ]
            )
        )
    return Table(_("Records"), columns, rows)


def _of_what(subject: str) -> str:
    """What kind of thing was sold: `ordering.vendor_order:...` is a vendor order."""
    return subject.partition(":")[0].rpartition(".")[2].replace("_", " ").capitalize()


def _file(asked: Asked, tenants: Mapping[UUID, TenantRow]) -> HttpResponse:
    rows, cursor = list[Sequence[Any]](), ""
    while len(rows) < EXPORT_MAX:
        page = take_records(asked.filter, cursor=cursor, limit=100)
        rows += [
            [
                line.accrued_at,
                tenants[line.tenant_id].slug if line.tenant_id in tenants else str(line.tenant_id),
                line.module,
                line.subject,
                line.base,
                line.take,
                asked.currency,
                line.rate_bps,
                f"{line.tier_code} v{line.tier_version}",
            ]
            for line in page.items
        ]
        cursor = page.next_cursor
        if not cursor:
            break
    columns = [
        "accrued_at",
        "tenant",
        "module",
        "subject",
        "base",
        "take",
        "currency",
        "rate_bps",
        "tier",
    ]
    return HttpResponse(
        csv_of(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="takes.csv"'},
    )
