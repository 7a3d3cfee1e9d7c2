"""The operator about wallets: what is owed to whom, and something out of goodwill."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.identity.queries import people_page
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import put_on_form
from tenant_apps.wallet import queries
from tenant_apps.wallet.domain import balances
from tenant_apps.wallet.domain.sources import wallet_of
from tenant_apps.wallet.forms import CreditForm
from tenant_apps.wallet.views.showing import shown

PLACE = "/manage/wallets/"


@never_cache
@require_safe
@role_required("operator", "staff")
def wallets(request: HttpRequest) -> HttpResponse:
    """People with what they can spend, by name or e-mail."""
    currency, query = current_tenant().currency, request.GET.get("q", "")
    page = people_page(query=query, cursor=request.GET.get("cursor", ""))
    held = queries.balances_of([card.id for card in page.items], currency)
    context = {
        "page": page,
        "rows": [(card, held.get(card.id)) for card in page.items],
        "owed": queries.owed_to_customers(),
        "query": urlencode({"q": query}),
    }
    return render(request, "wallet/manage/wallets.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator", "staff")
def wallet(request: HttpRequest, public: str) -> HttpResponse:
    """One person's wallet with its statement; POST amount and note gives them something."""
    person = queries.holder_of(parse_public_id("user", public))
    form = CreditForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _give(request, person.id, form):
        messages.success(request, _("Given. It can be spent at once."))
        return redirect(f"{PLACE}{public}/")
    source, currency = wallet_of(person.id), current_tenant().currency
    page = queries.statement(source, currency, cursor=request.GET.get("cursor", ""))
    context = {
        "person": person,
        "wallet": queries.wallet_of(person.id, currency),
        "page": page,
        "lines": shown(page.items, orders="/manage/orders/"),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "wallet/manage/wallet.html", context, status=status)


def _give(request: HttpRequest, user_id: UUID, form: CreditForm) -> bool:
    try:
        balances.give_credit(
            user_id=user_id,
            amount=form.money(),
            note=form.cleaned_data["note"],
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        put_on_form(form, error)
        return False
    return True
