"""The console: tenants, how they are, and what the platform's staff may do with them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.domain.tiers import change_tier
from billing.queries import TakeTotal, take_totals, tier_choices
from provisioning.domain.lives import close_tenant, resume_tenant, suspend_tenant
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.forms import ConsoleTenantForm, ReasonForm, TierForm
from provisioning.queries import (
    TenantRow,
    list_tenants,
    pool_state,
    recent_births,
    tenant_row,
)
from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import platform_staff_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from tenants.lifecycle import SERVED, TENANT
from themes.domain.tables import Cell, Column, Row, Table, Tone

TONES: dict[str, Tone] = {
    "trialing": "ok",
    "active": "ok",
    "past_due": "warn",
    "restricted": "warn",
    "suspended": "bad",
    "closing": "bad",
    "live": "ok",
    "undone": "bad",
}


@require_GET
@platform_staff_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Tenants at a glance, the pool, and what was born lately."""
    tenants = list_tenants()
    wanted = request.GET.get("q", "").strip().lower()
    shown = [row for row in tenants if wanted in f"{row.slug} {row.name.lower()} {row.host}"]
    context = {
        "total": len(tenants),
        "live": sum(row.state in SERVED for row in tenants),
        "pool": pool_state(),
        "takes": [total.take for total in _sum_by_currency(take_totals())],
        "table": _tenant_table(shown),
        "found": bool(shown),
        "q": wanted,
    }
    return render(request, "provisioning/console/dashboard.html", context)


@require_http_methods(["GET", "POST"])
@platform_staff_required
def create(request: HttpRequest) -> HttpResponse:
    form = ConsoleTenantForm(request.POST or None, tiers=tier_choices())
    if request.method == "POST" and form.is_valid():
        try:
            tenant = provision_tenant(order=_order(form), acting=acting_as(request), at=now())
        except DomainError as error:
            form.add_error("slug", error.detail)
        else:
            messages.success(request, _("%(slug)s is on its way.") % {"slug": tenant.slug})
            return redirect(reverse("console-tenant", args=[tenant.slug]))
    status = 422 if form.is_bound else 200
    return render(request, "provisioning/console/create.html", {"form": form}, status=status)


@require_GET
@platform_staff_required
def tenant(request: HttpRequest, slug: str) -> HttpResponse:
    row = tenant_row(slug)
    context = {
        "row": row,
        "tone": TONES.get(row.state, "neutral"),
        "facts": _facts(row),
        "takes": take_totals(row.id),
        "moves": sorted({"suspend", "resume", "close"} & TENANT.moves_from(row.state)),
        "reason": ReasonForm(),
        "tier_form": TierForm(tiers=tier_choices(), initial={"tier": row.tier}),
    }
    return render(request, "provisioning/console/tenant.html", context)


_MOVES = {"suspend": suspend_tenant, "resume": resume_tenant, "close": close_tenant}


@require_POST
@platform_staff_required
def move(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Suspend, resume or close a tenant, with a reason for the record."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason; it is kept with the change."))
        return redirect(reverse("console-tenant", args=[slug]))
    _MOVES[name](slug=slug, acting=acting_as(request), at=now(), note=form.cleaned_data["reason"])
    messages.success(request, _("Done. Every process knows within a second."))
    return redirect(reverse("console-tenant", args=[slug]))


@require_POST
@platform_staff_required
def tier(request: HttpRequest, slug: str) -> HttpResponse:
    form = TierForm(request.POST, tiers=tier_choices())
    if form.is_valid():
        code = form.cleaned_data["tier"]
        change_tier(slug=slug, code=code, acting=acting_as(request), at=now())
        messages.success(request, _("The tier holds for everything from now on."))
    return redirect(reverse("console-tenant", args=[slug]))


@require_GET
@platform_staff_required
def pool(request: HttpRequest) -> HttpResponse:
    births = recent_births()
    rows = [
        Row(
            [
                Cell(birth.slug),
                Cell(birth.state, tone=TONES.get(birth.state, "neutral")),
                Cell(birth.attempts),
                Cell(birth.error),
                Cell(birth.created_at),
            ]
        )
        for birth in births
    ]
    columns = [
        Column(_("Slug")),
        Column(_("State")),
        Column(_("Attempts"), end=True),
        Column(_("Error")),
        Column(_("Asked for")),
    ]
    context = {"pool": pool_state(), "table": Table(_("Births"), columns, rows), "births": births}
    return render(request, "provisioning/console/pool.html", context)


def _order(form: ConsoleTenantForm) -> TenantOrder:
    data = form.cleaned_data
    return TenantOrder(
        slug=data["slug"],
        name=data["name"],
        owner_email=data["email"],
        owner_name=data["owner_name"],
        tier=data["tier"],
        currency=data["currency"],
        theme=data["look"],
        preset="shop-first",
    )


def _tenant_table(tenants: list[TenantRow]) -> Table:
    columns = [
        Column(_("Marketplace")),
        Column(_("State")),
        Column(_("Tier")),
        Column(_("Currency")),
        Column(_("Schema")),
    ]
    rows = [
        Row(
            [
                Cell(row.name, url=reverse("console-tenant", args=[row.slug]), note=row.host),
                Cell(row.state, tone=TONES.get(row.state, "neutral")),
                Cell(row.tier),
                Cell(row.currency),
                Cell(row.schema),
            ]
        )
        for row in tenants
    ]
    return Table(_("Tenants"), columns, rows)


def _facts(row: TenantRow) -> list[dict[str, Any]]:
    return [
        {"label": _("Address"), "cell": Cell(row.host, url=row.url)},
        {"label": _("Tier"), "value": f"{row.tier} v{row.tier_version}"},
        {"label": _("Currency"), "value": row.currency},
        {"label": _("Schema and role"), "value": row.schema},
        {"label": _("Cluster"), "value": row.cluster},
    ]


def _sum_by_currency(totals: list[TakeTotal]) -> list[TakeTotal]:
    found: dict[str, TakeTotal] = {}
    for total in totals:
        known = found.get(total.take.currency)
        found[total.take.currency] = (
            total
            if known is None
            else TakeTotal(
                known.tenant_id,
                known.take + total.take,
                known.base + total.base,
                known.sales + total.sales,
                max(known.last_at, total.last_at),
            )
        )
    return list(found.values())
