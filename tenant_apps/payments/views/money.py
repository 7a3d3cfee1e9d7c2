"""Payments and refunds: what came, what went back, what the operator does by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.money import Money
from tenant_apps.payments import queries
from tenant_apps.payments.domain import offline, refunds
from tenant_apps.payments.forms import ReceiptForm
from tenant_apps.payments.models import METHODS
from tenant_apps.payments.queries import PaymentDetail, PaymentUnknown
from tenant_apps.payments.views.manage import tell
from tenant_apps.payments.views.showing import (
    METHOD_LABELS,
    STATE_LABELS,
    TONES,
    entries_of,
    method_label,
    payments_table,
    reason_label,
    refund_label,
    section_tabs,
    splits_table,
)

_STATES = ("", "open", "captured", "refunded", "expired", "failed")
_REFUND_STATES = ("", "by_hand", "open", "failed", "succeeded")


@never_cache
@require_GET
@role_required("operator", "staff")
def payments(request: HttpRequest) -> HttpResponse:
    """Payments, newest first, found by state, method, or any number they are known by."""
    state, method = request.GET.get("state", ""), request.GET.get("method", "")
    state, method = state if state in _STATES else "", method if method in METHODS else ""
    search = request.GET.get("q", "")[:254]
    page = queries.payments_page(
        state=state, method=method, search=search, cursor=request.GET.get("cursor", "")
    )
    context = {
        "tabs": section_tabs("received/"),
        "page": page,
        "table": payments_table(page.items),
        "states": [(each, _state_label(each)) for each in _STATES],
        "methods": [(each, METHOD_LABELS[each]) for each in METHODS],
        "asked": {"state": state, "method": method, "search": search},
        "query": urlencode({"state": state, "method": method, "q": search}),
    }
    return render(request, "payments/manage/payments.html", context)


def _state_label(state: str) -> str:
    named = {"": _("In any state"), "open": _("Awaited")}
    return named.get(state) or str(STATE_LABELS[state])


@never_cache
@require_GET
@role_required("operator", "staff")
def payment(request: HttpRequest, public: str) -> HttpResponse:
    """One payment with its parts, refunds, disputes and history."""
    return render(request, "payments/manage/payment.html", _page(_detail(public)))


def _detail(public: str) -> PaymentDetail:
    detail = queries.payment_detail(parse_public_id("pay", public))
    if detail is None:
        raise PaymentUnknown
    return detail


def _due(detail: PaymentDetail) -> Money:
    nothing = Money.zero(detail.view.amount.currency)
    return sum((each.amount - each.captured - each.waived for each in detail.splits), nothing)


def _page(detail: PaymentDetail, form: ReceiptForm | None = None) -> dict[str, object]:
    view, due = detail.view, _due(detail)
    is_receivable = view.is_offline and view.method != "cash" and not view.is_paid and bool(due)
    return {
        "payment": view,
        "label": method_label(view.method),
        "state": STATE_LABELS.get(view.state, view.state),
        "tone": TONES.get(view.state, "neutral"),
        "splits": splits_table(detail.splits),
        "refunds": [
            (each, refund_label(each), reason_label(each.reason)) for each in detail.refunds
        ],
        "disputes": [(each, reason_label(each.reason)) for each in detail.disputes],
        "entries": entries_of(detail.moves),
        "form": form or (ReceiptForm(due) if is_receivable else None),
    }


@require_POST
@role_required("operator")
def receive(request: HttpRequest, public: str) -> HttpResponse:
    """The money of a transfer is on the operator's account."""
    detail = _detail(public)
    form = ReceiptForm(_due(detail), request.POST)
    if form.is_valid():
        try:
            offline.mark_received(
                payment_id=detail.view.id,
                amount=form.cleaned_data["amount"],
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, _("Received. What it pays for is placed."))
            return redirect(f"/manage/payments/received/{public}/")
    return render(request, "payments/manage/payment.html", _page(detail, form), status=422)


@never_cache
@require_GET
@role_required("operator", "staff")
def refund_list(request: HttpRequest) -> HttpResponse:
    """Refunds, newest first; those the operator has to send come with a button."""
    state = request.GET.get("state", "")
    state = state if state in _REFUND_STATES else ""
    page = queries.refunds_page(state=state, cursor=request.GET.get("cursor", ""))
    labels = {
        "": _("All"),
        "by_hand": _("To send by hand"),
        "open": _("Under way"),
        "failed": _("Failed"),
        "succeeded": _("Sent"),
    }
    context = {
        "tabs": section_tabs("refunds/"),
        "states": [(each, labels[each]) for each in _REFUND_STATES],
        "state": state,
        "page": page,
        "rows": [
            (each, refund_label(each), TONES.get(each.state, "neutral"), method_label(each.method))
            for each in page.items
        ],
        "query": urlencode({"state": state}),
    }
    return render(request, "payments/manage/refunds.html", context)


@require_POST
@role_required("operator")
def change_refund(request: HttpRequest, public: str, change: str) -> HttpResponse:
    """Say that a refund was sent by hand (payment), or ask for a failed one again (repetition)."""
    refund_id = parse_public_id("ref", public)
    if change == "payment":
        refunds.mark_refund_paid(refund_id=refund_id, acting=acting_as(request), at=now())
        messages.success(request, _("Noted as sent."))
    elif change == "repetition":
        refunds.repeat_refund(refund_id=refund_id, acting=acting_as(request), at=now())
        messages.success(request, _("Asked for again."))
    else:
        raise refunds.RefundUnknown
    return redirect("/manage/payments/refunds/")
