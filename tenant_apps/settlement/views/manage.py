"""The operator's commission: rules in order, tried before they are saved, explained for a product."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import InvalidId, parse_public_id
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.partners.queries import partners_by_id
from tenant_apps.settlement.domain import rule_editing, simulation, terms
from tenant_apps.settlement.domain.commissions import Rule, all_rules, explain_commission
from tenant_apps.settlement.domain.sales import catalogue
from tenant_apps.settlement.forms import ReleaseForm, RuleForm
from tenant_apps.settlement.views.showing import simulation_table

RULES = "/manage/commission/"
_NAMED = ("vendor", "category", "product")
GET_POST = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in the list: what it is about in words, and whether that is still there."""

    rule: Rule
    about: str
    is_broken: bool

    @property
    def is_default(self) -> bool:
        return self.rule.kind == "default"


@never_cache
@require_GET
@role_required("operator")
def rules(request: HttpRequest) -> HttpResponse:
    """The rules from top to bottom, and when partners get their share."""
    found = terms.release_terms()
    form = ReleaseForm(
        initial={
            "at_payment": found.is_released_at_payment,
            "hold_days": found.hold_days,
            "dispute_loss": found.dispute_loss,
        }
    )
    context = {"rules": _rows(all_rules()), "form": form}
    return render(request, "settlement/manage/rules.html", context)


@never_cache
@require_http_methods(GET_POST)
@role_required("operator")
def new_rule(request: HttpRequest) -> HttpResponse:
    """A new rule: tried on past sales, or added."""
    form = RuleForm(request.POST or None)
    return _edit(request, form, None)


@never_cache
@require_http_methods(GET_POST)
@role_required("operator")
def rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """One rule: tried on past sales, or changed."""
    known = all_rules()
    place, found = next(
        ((number, each) for number, each in enumerate(known, 1) if each.id == rule_id), (0, None)
    )
    if found is None:
        raise rule_editing.RuleUnknown
    is_default = found.kind == "default"
    initial = RuleForm.values_of(found, place)
    form = RuleForm(request.POST or None, initial=initial, is_default=is_default)
    return _edit(request, form, found)


def _edit(request: HttpRequest, form: RuleForm, found: Rule | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "rule": found}
    if request.method == "POST" and form.is_valid():
        try:
            tried = _tried_or_saved(request, form, found)
        except DomainError as error:
            put_on_form(form, error)
        else:
            if tried is None:
                messages.success(request, _("Saved. Placed orders keep their commission."))
                return redirect(RULES)
            context |= {"simulation": tried, "table": simulation_table(tried)}
    status = 422 if form.errors else 200
    return render(request, "settlement/manage/rule.html", context, status=status)


def _tried_or_saved(
    request: HttpRequest, form: RuleForm, found: Rule | None
) -> simulation.Simulation | None:
    """None when it was saved."""
    acting, at = acting_as(request), now()
    wanted = form.rule(found.id if found else None)
    if request.POST.get("do") == "try":
        rule_editing.check_rule(wanted)
        rules_then = rule_editing.proposed(all_rules(), wanted, place=form.wanted_place)
        days = form.cleaned_data["days"]
        return simulation.simulate(rules=rules_then, days=days, acting=acting, at=at)
    if found is None:
        rule_editing.add_rule(rule=wanted, place=form.wanted_place or 1, acting=acting, at=at)
    else:
        rule_editing.change_rule(rule=wanted, place=form.wanted_place, acting=acting, at=at)
    return None


@require_POST
@role_required("operator")
@told_at(RULES)
def move(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """POST by=up or by=down."""
    by = -1 if request.POST.get("by") == "up" else 1
    rule_editing.move_rule(rule_id=rule_id, by=by, acting=acting_as(request), at=now())
    return redirect(RULES)


@require_POST
@role_required("operator")
@told_at(RULES)
def switch(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """POST to=on or to=off."""
    is_active = request.POST.get("to") == "on"
    rule_editing.switch_rule(
        rule_id=rule_id, is_active=is_active, acting=acting_as(request), at=now()
    )
    return redirect(RULES)


@require_POST
@role_required("operator")
@told_at(RULES)
def remove(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    rule_editing.remove_rule(rule_id=rule_id, acting=acting_as(request), at=now())
    messages.success(request, _("Removed."))
    return redirect(RULES)


@never_cache
@require_GET
@role_required("operator", "staff")
def explain(request: HttpRequest) -> HttpResponse:
    """Why a product bears its commission: which rules were looked at, and which won."""
    words = request.GET.get("q", "").strip()[:100]
    found = None
    with contextlib.suppress(InvalidId):
        found = catalogue().product(parse_public_id("prod", request.GET.get("product", "")))
    context: dict[str, Any] = {"words": words, "product": found}
    if found is not None:
        context["considered"] = explain_commission(subject=found.subject, rules=all_rules())
    else:
        context["products"] = catalogue().find(words)
    return render(request, "settlement/manage/explain.html", context)


@require_POST
@role_required("operator")
@told_at(RULES)
def release(request: HttpRequest) -> HttpResponse:
    """When partners get their share, and who bears a lost dispute."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        raise terms.BadTerms(
            errors={name: list(map(str, texts)) for name, texts in form.errors.items()}
        )
    terms.choose_release(**form.cleaned_data, acting=acting_as(request), at=now())
    messages.success(request, _("Saved. It holds for what is released from now on."))
    return redirect(RULES)


def _rows(found: list[Rule]) -> list[RuleRow]:
    """What each rule is about, by name; three queries whatever their number."""
    targets = {kind: {each.target for each in found if each.kind == kind} for kind in _NAMED}
    names: dict[tuple[str, str], str] = {}
    for vendor_id, vendor in partners_by_id(map(UUID, targets["vendor"])).items():
        names["vendor", str(vendor_id)] = vendor.name
    for product_id, product in catalogue().products(map(UUID, targets["product"])).items():
        names["product", str(product_id)] = product.title
    for path, _name in catalogue().category_paths():
        names["category", path] = path
    rows = []
    for each in found:
        about = names.get((each.kind, each.target), "")
        rows.append(RuleRow(each, about, is_broken=each.kind in _NAMED and not about))
    return rows
