"""The wallet page of the account area, and its statement as a file."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from tenant_apps.wallet import queries
from tenant_apps.wallet.views.showing import shown, statement_csv

PLACE = "/account/wallet/"


@never_cache
@require_safe
@signed_in
def wallet(request: HttpRequest) -> HttpResponse:
    """What I have, what is set aside or on its way, and every change with the balance after it."""
    user_id = UUID(acting_as(request).id)
    currencies = queries.currencies_of(user_id, current_tenant().currency)
    currency = _chosen(request, currencies)
    page = queries.statement(
        f"wallet:{user_id}", currency, cursor=request.GET.get("cursor", ""), limit=20
    )
    tabs = [
        {"label": each, "url": f"{PLACE}?currency={each}", "current": each == currency}
        for each in currencies
    ]
    context = {
        "wallet": queries.wallet_of(user_id, currency),
        "currency": currency,
        "tabs": tabs if len(tabs) > 1 else [],
        "page": page,
        "lines": shown(page.items),
        "query": f"currency={currency}",
    }
    return render(request, "wallet/wallet.html", context)


@never_cache
@require_safe
@signed_in
def export(request: HttpRequest) -> HttpResponse:
    """The whole statement as CSV."""
    user_id = UUID(acting_as(request).id)
    currency = _chosen(request, queries.currencies_of(user_id, current_tenant().currency))
    text = statement_csv(queries.whole_statement(f"wallet:{user_id}", currency))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"wallet-{currency.lower()}-{now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chosen(request: HttpRequest, currencies: list[str]) -> str:
    asked = request.GET.get("currency", "")
    return asked if asked in currencies else currencies[0]
