"""What a partner earns: balance, weeks, statements, and where the money goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import PartnerSummary, workplace_of
from tenant_apps.settlement import queries
from tenant_apps.settlement.domain import destinations, statements
from tenant_apps.settlement.domain.balances import balances_of
from tenant_apps.settlement.domain.rhythms import Rhythms
from tenant_apps.settlement.domain.sales import names_of
from tenant_apps.settlement.domain.schedules import next_payday
from tenant_apps.settlement.domain.statement_files import statement_csv, statement_pdf
from tenant_apps.settlement.domain.statements import PartnerStatement
from tenant_apps.settlement.forms import DestinationForm
from tenant_apps.settlement.views.showing import (
    STATE_LABELS,
    TONES,
    earnings_table,
    method_label,
    month_label,
    payouts_table,
    statement_table,
    weeks_chart,
)

SETTINGS = "/partner/earnings/settings/"
_WEEKS = 12
_LATEST = 5


@never_cache
@require_GET
@signed_in
def earnings(request: HttpRequest) -> HttpResponse:
    """Pending, available, debt; what each week brought; latest sales and payouts; statements."""
    partner, at = _partner(request), now()
    funds = balances_of(partner.id, at=at)
    currency = funds[0].currency if funds else partner.currency
    chart = weeks_chart(queries.earned_by_week(partner.id, currency, weeks=_WEEKS, at=at), currency)
    page = queries.earnings_page(partner_id=partner.id, cursor=request.GET.get("cursor", ""))
    paid = queries.payouts_page(partner_id=partner.id, limit=_LATEST)
    context = {
        "funds": funds,
        "chart": chart,
        "page": page,
        "table": earnings_table(page.items, names_of({str(row.subject) for row in page.items})),
        "payouts": payouts_table(paid.items, names_partner=False) if paid.items else None,
        "months": _months(partner, at),
        "destination": destinations.destination_of(partner.id),
        "payday": next_payday(Rhythms().of(partner.id), after=at.date()),
    }
    return render(request, "settlement/partner/earnings.html", context)


@never_cache
@require_GET
@signed_in
def statement(request: HttpRequest, month: str) -> HttpResponse:
    partner, found = _statement(request, month)
    context = {
        "statement": found,
        "month": month,
        "label": month_label(month),
        "table": statement_table(found),
        "partner": partner,
    }
    return render(request, "settlement/partner/statement.html", context)


@never_cache
@require_GET
@signed_in
def statement_as_csv(request: HttpRequest, month: str) -> HttpResponse:
    _partner_of_it, found = _statement(request, month)
    return _download(statement_csv(found).encode(), "text/csv; charset=utf-8", f"{month}.csv")


@never_cache
@require_GET
@signed_in
def statement_as_pdf(request: HttpRequest, month: str) -> HttpResponse:
    partner, found = _statement(request, month)
    body = statement_pdf(found, partner=partner.name, operator=current_tenant().name)
    return _download(body, "application/pdf", f"{month}.pdf")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """Where the partner is paid."""
    acting = acting_as(request)
    partner = workplace_of(acting, Verb.MANAGE_PAYOUTS)
    form = DestinationForm(request.POST or None, initial={"kind": "bank"})
    if request.method == "POST" and form.is_valid():
        try:
            destinations.choose_destination(
                partner_id=partner.id,
                kind=form.cleaned_data["kind"],
                details=form.details(user_id=acting.id, user_name=acting.name),
                acting=acting,
                at=now(),
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Saved. The next payout goes there."))
            return redirect(SETTINGS)
    status = 422 if form.errors else 200
    context = {**_shown(partner), "form": form}
    return render(request, "settlement/partner/settings.html", context, status=status)


@require_POST
@signed_in
@told_at(SETTINGS)
def onboarding(request: HttpRequest) -> HttpResponse:
    """Off to Stripe's questions."""
    acting = acting_as(request)
    partner = workplace_of(acting, Verb.MANAGE_PAYOUTS)
    link = destinations.begin_onboarding(partner_id=partner.id, acting=acting, at=now())
    response = HttpResponseRedirect(link.url)
    response.status_code = 303
    return response


@never_cache
@require_GET
@signed_in
def onboarded(request: HttpRequest) -> HttpResponse:
    """Back from Stripe: ask there how it stands."""
    partner = workplace_of(acting_as(request), Verb.MANAGE_PAYOUTS)
    found = destinations.destination_of(partner.id)
    if found is not None:
        state = destinations.refresh_destination(destination_id=found.id, at=now())
        if state == "ready":
            messages.success(request, _("Your account is ready to be paid."))
    return redirect(SETTINGS)


def _partner(request: HttpRequest) -> PartnerSummary:
    return workplace_of(acting_as(request), Verb.READ_MONEY)


def _statement(request: HttpRequest, month: str) -> tuple[PartnerSummary, PartnerStatement]:
    partner = _partner(request)
    found = statements.statement_of(
        partner_id=partner.id,
        currency=request.GET.get("currency", "")[:3] or partner.currency,
        period=statements.month_of(month),
    )
    return partner, found


def _months(partner: PartnerSummary, at: datetime) -> list[dict[str, Any]]:
    first = statements.first_month_of(partner.id)
    if first is None:
        return []
    months = statements.months_until(at.date(), since=first)
    return [{"month": month, "label": month_label(month)} for month in months[:24]]


def _shown(partner: PartnerSummary) -> dict[str, Any]:
    found = destinations.destination_of(partner.id)
    if found is None:
        return {"destination": None}
    return {
        "destination": found,
        "method": method_label(found.kind),
        "state": STATE_LABELS.get(found.state, found.state),
        "tone": TONES.get(found.state, "neutral"),
    }


def _download(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="statement-{name}"'
    return response
