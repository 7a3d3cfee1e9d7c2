"""The pages about promotions, the same for the operator and for a vendor about their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id, public_id
from tenant_apps.promotions import queries
from tenant_apps.promotions.domain import promotions
from tenant_apps.promotions.forms import PromotionForm, VouchersForm, fresh_start, initial_of
from tenant_apps.promotions.queries import PROMOTION_PREFIX, PromotionView
from tenant_apps.promotions.views import showing


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody works on promotions, and whose: one vendor's, or all of the marketplace."""

    shell: str
    place: str
    vendor_id: UUID | None = None

    @property
    def is_vendors(self) -> bool:
        return self.vendor_id is not None

    def promotion(self, public: str) -> PromotionView:
        """Raises PromotionUnknown, also for what is not this desk's."""
        promotion_id = parse_public_id(PROMOTION_PREFIX, public)
        return queries.promotion_with(promotion_id, vendor_id=self.vendor_id)


def listed(request: HttpRequest, desk: Desk, more: dict[str, Any] | None = None) -> HttpResponse:
    """Promotions by state with what they came to."""
    state = request.GET.get("state", "")
    state = state if state in showing.SHOWN_STATES else ""
    page = queries.promotions_page(
        vendor_id=desk.vendor_id, state=state, cursor=request.GET.get("cursor", "")
    )
    counts = queries.count_by_state(vendor_id=desk.vendor_id)
    context = {
        "desk": desk,
        "page": page,
        "table": showing.promotions_table(
            page.items, desk.place, at=now(), with_vendor=not desk.is_vendors
        ),
        "tabs": showing.state_tabs(state, counts, desk.place),
        "query": f"state={state}",
        **(more or {}),
    }
    return render(request, "promotions/list.html", context, status=context.get("status", 200))


def created(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The form of a new promotion."""
    form = PromotionForm(
        request.POST or None, is_vendors=desk.is_vendors, initial=fresh_start(now())
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = promotions.create_promotion(
                draft=form.draft(), vendor_id=desk.vendor_id, acting=acting_as(request), at=now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("It is on."))
            return redirect(f"{desk.place}{public_id(PROMOTION_PREFIX, made)}/")
    return _form_page(request, desk, form, None)


def changed(request: HttpRequest, desk: Desk, public: str) -> HttpResponse:
    """The form of one that is there."""
    view = desk.promotion(public)
    form = PromotionForm(
        request.POST or None, is_vendors=desk.is_vendors, is_new=False, initial=initial_of(view)
    )
    if request.method == "POST" and form.is_valid():
        try:
            promotions.change_promotion(
                promotion_id=view.id,
                draft=form.draft(),
                vendor_id=desk.vendor_id,
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. What was ordered keeps its price."))
            return redirect(f"{desk.place}{public}/")
    return _form_page(request, desk, form, view)


def shown(request: HttpRequest, desk: Desk, public: str) -> HttpResponse:
    """One promotion: what it came to, its terms, its codes and their latest uses."""
    view = desk.promotion(public)
    state = view.state_at(now())
    codes = queries.codes_page(view.id, cursor=request.GET.get("cursor", ""), limit=12)
    uses = queries.recent_uses(view.id)
    context = {
        "desk": desk,
        "promotion": view,
        "uses_shown": showing.uses_of(view),
        "state": showing.STATE_LABELS[state],
        "tone": showing.tone_of(state),
        "terms": showing.terms_of(view),
        "targets": showing.targets_of(view),
        "codes": codes,
        "codes_table": showing.codes_table(codes.items),
        "uses": uses,
        "uses_table": showing.uses_table(uses),
        "form": VouchersForm(),
        "place": f"{desk.place}{public}/",
    }
    return render(request, "promotions/promotion.html", context)


def moved(request: HttpRequest, desk: Desk, public: str) -> HttpResponse:
    """POST move=pause, resume or end."""
    promotions.move_promotion(
        promotion_id=desk.promotion(public).id,
        move=request.POST.get("move", ""),
        vendor_id=desk.vendor_id,
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Done."))
    return redirect(f"{desk.place}{public}/")


def vouchers_made(request: HttpRequest, desk: Desk, public: str) -> HttpResponse:
    """POST count=N: as many new codes for one use each."""
    view, form = desk.promotion(public), VouchersForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["count"][0]))
        return redirect(f"{desk.place}{public}/")
    promotions.generate_vouchers(
        promotion_id=view.id,
        count=form.cleaned_data["count"],
        vendor_id=desk.vendor_id,
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Made. Download them as CSV."))
    return redirect(f"{desk.place}{public}/")


def codes_file(desk: Desk, public: str) -> HttpResponse:
    """Every code with whether it was used, for a spreadsheet."""
    text = showing.codes_csv(queries.every_code(desk.promotion(public).id))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="codes-{public}.csv"'
    return response


def _form_page(
    request: HttpRequest, desk: Desk, form: PromotionForm, view: PromotionView | None
) -> HttpResponse:
    context = {"desk": desk, "form": form, "parts": form.parts(), "promotion": view}
    status = 422 if form.errors else 200
    return render(request, "promotions/form.html", context, status=status)
