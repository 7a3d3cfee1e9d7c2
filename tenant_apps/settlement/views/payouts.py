"""The operator's payouts: who is due, what is on its way, what came back, files for the bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError, NotFound
from shared_apps.kernel.ids import parse_public_id, uuid7
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.partners.queries import partner_with
from tenant_apps.settlement import queries
from tenant_apps.settlement.domain import bank_files, payouts, rhythms, sending
from tenant_apps.settlement.domain.due import due_list
from tenant_apps.settlement.forms import PayerForm, RhythmForm
from tenant_apps.settlement.queries import FILE_PREFIX, PAYOUT_PREFIX
from tenant_apps.settlement.views.showing import (
    STATE_LABELS,
    failure_label,
    method_label,
    payouts_table,
)

PAYOUTS = "/manage/payouts/"
TERMS = "/manage/payouts/terms/"
_TABS: Mapping[str, tuple[str, ...]] = {
    "": ("due", "processing"),
    "failed": ("failed", "cancelled"),
    "paid": ("paid",),
}


@never_cache
@require_GET
@role_required("operator", "staff")
def overview(request: HttpRequest) -> HttpResponse:
    """Who has money here, and the payouts on their way or done."""
    shown = request.GET.get("state", "")
    states = _TABS.get(shown, _TABS[""])
    page = queries.payouts_page(states=states, cursor=request.GET.get("cursor", ""))
    counts = queries.payout_counts()
    labels = {"": _("On their way"), "failed": _("Came back"), "paid": _("Paid")}
    tabs = [
        {
            "label": labels[each],
            "url": f"?state={each}" if each else PAYOUTS,
            "current": each == (shown if shown in _TABS else ""),
            "count": sum(counts.get(state, 0) for state in _TABS[each]),
        }
        for each in _TABS
    ]
    context = {
        "due": due_list(at=now()),
        "table": payouts_table(page.items, names_partner=True),
        "page": page,
        "tabs": tabs,
        "query": f"state={shown}",
        "files": bank_files.bank_files(),
        "payer": bank_files.payer(),
        "currency": current_tenant().currency,
        "key": str(uuid7()),
    }
    return render(request, "settlement/manage/payouts.html", context)


@never_cache
@require_GET
@role_required("operator", "staff")
def payout(request: HttpRequest, public: str) -> HttpResponse:
    found = queries.payout_with(parse_public_id(PAYOUT_PREFIX, public))
    if found is None:
        raise payouts.PayoutUnknown
    context = {
        "payout": found,
        "method": method_label(found.method),
        "state": STATE_LABELS.get(found.state, found.state),
        "failure": failure_label(found.failure_code),
    }
    return render(request, "settlement/manage/payout.html", context)


@require_POST
@role_required("operator")
@told_at(PAYOUTS)
def pay(request: HttpRequest) -> HttpResponse:
    """POST partner, currency and key: the same key twice is one payout."""
    payouts.pay_now(
        partner_id=parse_public_id("part", request.POST.get("partner", "")),
        currency=request.POST.get("currency", "")[:3],
        key=request.POST.get("key", "")[:60],
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("The payout is on its way."))
    return redirect(PAYOUTS)


@require_POST
@role_required("operator")
@told_at("/manage/payouts/{public}/")
def decide(request: HttpRequest, public: str, decision: str) -> HttpResponse:
    """POST arrival, return, cancellation or check."""
    payout_id, acting = parse_public_id(PAYOUT_PREFIX, public), acting_as(request)
    note = request.POST.get("note", "")[:80]
    if decision == "cancellation":
        payouts.cancel_payout(payout_id=payout_id, acting=acting, at=now())
    elif decision == "check":
        sending.send_payout(payout_id=payout_id, at=now())
    elif decision in {"arrival", "return"}:
        payouts.settle_by_hand(
            payout_id=payout_id,
            has_arrived=decision == "arrival",
            note=note,
            acting=acting,
            at=now(),
        )
    else:
        raise NotFound
    messages.success(request, _("Noted."))
    return redirect(f"/manage/payouts/{public}/")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator")
def terms(request: HttpRequest) -> HttpResponse:
    """How often partners are paid, and from which bank account."""
    form = RhythmForm(request.POST or None, initial=RhythmForm.values_of(rhythms.Rhythms().usual))
    if request.method == "POST" and form.is_valid() and _chosen(request, form, None):
        return redirect(TERMS)
    return _terms_page(request, form, PayerForm())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator")
def partner_terms(request: HttpRequest, public: str) -> HttpResponse:
    """How often one partner is paid, if not like everybody; POST do=drop for like everybody."""
    partner = partner_with(parse_public_id("part", public))
    known = rhythms.Rhythms()
    initial = RhythmForm.values_of(known.of(partner.id))
    form = RhythmForm(request.POST or None, initial=initial)
    if request.method == "POST" and request.POST.get("do") == "drop":
        rhythms.drop_exception(partner_id=partner.id, acting=acting_as(request), at=now())
        messages.success(request, _("Paid like everybody."))
        return redirect(PAYOUTS)
    if request.method == "POST" and form.is_valid() and _chosen(request, form, partner.id):
        return redirect(PAYOUTS)
    context = {"form": form, "partner": partner, "is_own": partner.id in known.exceptions}
    status = 422 if form.errors else 200
    return render(request, "settlement/manage/partner_terms.html", context, status=status)


def _chosen(request: HttpRequest, form: RhythmForm, partner_id: UUID | None) -> bool:
    """False when it was refused; the form then says why."""
    try:
        rhythms.choose_rhythm(
            partner_id=partner_id, rhythm=form.rhythm(), acting=acting_as(request), at=now()
        )
    except DomainError as error:
        put_on_form(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


@require_POST
@role_required("operator")
def payer(request: HttpRequest) -> HttpResponse:
    """The bank account that files are paid from."""
    form = PayerForm(request.POST)
    if form.is_valid():
        try:
            bank_files.choose_payer(payer=form.payer(), acting=acting_as(request), at=now())
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(TERMS)
    rhythm = RhythmForm(initial=RhythmForm.values_of(rhythms.Rhythms().usual))
    return _terms_page(request, rhythm, form)


def _terms_page(request: HttpRequest, rhythm: RhythmForm, payer_form: PayerForm) -> HttpResponse:
    found = bank_files.payer()
    context: dict[str, Any] = {
        "form": rhythm,
        "payer_form": payer_form,
        "payer": found,
        "payer_hint": f"{found.iban[:2]} … {found.iban[-4:]}" if found else "",
    }
    status = 422 if rhythm.errors or payer_form.errors else 200
    return render(request, "settlement/manage/payout_terms.html", context, status=status)


@require_POST
@role_required("operator")
@told_at(PAYOUTS)
def export(request: HttpRequest) -> HttpResponse:
    """POST currency: every due payout by bank goes into one file."""
    currency = request.POST.get("currency", "")[:3]
    bank_files.export_bank_file(currency=currency, acting=acting_as(request), at=now())
    messages.success(request, _("The file is ready below."))
    return redirect(PAYOUTS)


@never_cache
@require_GET
@role_required("operator")
def sepa_file(_request: HttpRequest, public: str) -> HttpResponse:
    view, from_account = bank_files.bank_file(_file_id(public)), bank_files.payer()
    if from_account is None:
        raise bank_files.NoPayer
    body = bank_files.sepa_of(view, from_account)
    return _download(body, "application/xml", f"{public}.xml")


@never_cache
@require_GET
@role_required("operator")
def csv_file(_request: HttpRequest, public: str) -> HttpResponse:
    body = bank_files.csv_of(bank_files.bank_file(_file_id(public)))
    return _download(body.encode(), "text/csv; charset=utf-8", f"{public}.csv")


@require_POST
@role_required("operator")
@told_at(PAYOUTS)
def file_paid(request: HttpRequest, public: str) -> HttpResponse:
    """The bank carried the file out."""
    number = bank_files.mark_file_paid(
        file_id=_file_id(public), acting=acting_as(request), at=now()
    )
    told = ngettext("%(n)d payout is paid.", "%(n)d payouts are paid.", number) % {"n": number}
    messages.success(request, told)
    return redirect(PAYOUTS)


def _file_id(public: str) -> UUID:
    return parse_public_id(FILE_PREFIX, public)


def _download(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
