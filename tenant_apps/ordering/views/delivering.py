"""Ways of delivery: each vendor's own, and the operator's for all who have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required, signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering.domain import delivery_editing
from tenant_apps.ordering.domain.delivery import METHOD_PREFIX
from tenant_apps.ordering.forms import MethodForm, MinimumForm, RateForm, ZoneForm
from tenant_apps.ordering.views.storefront import SeeOther
from tenant_apps.ordering.views.taxes import put_errors
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import workplace_of
from tenant_apps.places.domain import zones
from tenant_apps.places.domain.zones import ZONE_PREFIX

Page = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Surface:
    """The same pages for a vendor and for the operator, whose ways have no vendor."""

    name: str
    guard: Callable[[Page], Any]

    @property
    def home(self) -> str:
        return f"/{self.name}/delivery/"

    def vendor_id(self, request: HttpRequest) -> UUID | None:
        """Whose ways these are; raises NoWorkplace, NotYourPartner."""
        if self.name == "manage":
            return None
        return workplace_of(acting_as(request), Verb.EDIT_PROFILE).id


PARTNER = Surface("partner", signed_in)
MANAGE = Surface("manage", role_required("operator"))


def show(request: HttpRequest, surface: Surface, **forms: Any) -> HttpResponse:
    """All that is set up, and forms for more; those given carry what was wrong."""
    vendor_id = surface.vendor_id(request)
    known = zones.zones_of(vendor_id)
    rate_forms = forms.pop("rate_forms", {})
    context: dict[str, Any] = {
        "home": surface.home,
        "shell": f"shells/{surface.name}.html",
        "methods": [
            (
                method,
                rate_forms.get(method.public_id)
                or RateForm(zones=known, auto_id=f"{method.public_id}_%s"),
            )
            for method in delivery_editing.methods_of(vendor_id)
        ],
        "zones": known,
        "method_form": MethodForm(zones=known),
        "zone_form": ZoneForm(auto_id="zone_%s"),
        **forms,
    }
    if vendor_id is not None and "minimum_form" not in forms:
        minimum = delivery_editing.minimum_order_of(vendor_id)
        context["minimum_form"] = MinimumForm(initial={"minimum": minimum})
    status = 422 if forms or rate_forms else 200
    return render(request, "ordering/delivery.html", context, status=status)


def add_method(request: HttpRequest, surface: Surface) -> HttpResponse:
    vendor_id = surface.vendor_id(request)
    form = MethodForm(request.POST, zones=zones.zones_of(vendor_id))
    if form.is_valid():
        try:
            delivery_editing.add_method(
                vendor_id=vendor_id, draft=form.draft(), acting=acting_as(request), at=now()
            )
        except Unprocessable as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Offered from now on."))
            return SeeOther(surface.home)
    return show(request, surface, method_form=form)


def add_rate(request: HttpRequest, surface: Surface, method: str) -> HttpResponse:
    vendor_id = surface.vendor_id(request)
    form = RateForm(request.POST, zones=zones.zones_of(vendor_id), auto_id=f"{method}_%s")
    if form.is_valid():
        try:
            delivery_editing.add_rate(
                method_id=parse_public_id(METHOD_PREFIX, method),
                vendor_id=vendor_id,
                draft=form.rate(),
                acting=acting_as(request),
                at=now(),
            )
        except Unprocessable as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Added."))
            return SeeOther(surface.home)
    if not any(each.public_id == method for each in delivery_editing.methods_of(vendor_id)):
        raise delivery_editing.MethodUnknown
    return show(request, surface, rate_forms={method: form})


def remove_rate(request: HttpRequest, surface: Surface, method: str, rate: int) -> HttpResponse:
    delivery_editing.remove_rate(
        rate_id=rate,
        method_id=parse_public_id(METHOD_PREFIX, method),
        vendor_id=surface.vendor_id(request),
        acting=acting_as(request),
        at=now(),
    )
    return _done(request, surface)


def switch(request: HttpRequest, surface: Surface, method: str) -> HttpResponse:
    """POST active=on to offer it, anything else not to."""
    delivery_editing.switch_method(
        method_id=parse_public_id(METHOD_PREFIX, method),
        vendor_id=surface.vendor_id(request),
        is_active=request.POST.get("active") == "on",
        acting=acting_as(request),
        at=now(),
    )
    return _done(request, surface)


def remove_method(request: HttpRequest, surface: Surface, method: str) -> HttpResponse:
    delivery_editing.remove_method(
        method_id=parse_public_id(METHOD_PREFIX, method),
        vendor_id=surface.vendor_id(request),
        acting=acting_as(request),
        at=now(),
    )
    return _done(request, surface)


def add_zone(request: HttpRequest, surface: Surface) -> HttpResponse:
    form = ZoneForm(request.POST, auto_id="zone_%s")
    if form.is_valid():
        try:
            delivery_editing.add_delivery_zone(
                vendor_id=surface.vendor_id(request),
                name=form.cleaned_data["name"],
                areas=form.cleaned_data["areas"],
                acting=acting_as(request),
                at=now(),
            )
        except Unprocessable as error:
            put_errors(form, error)
        else:
            return _done(request, surface)
    return show(request, surface, zone_form=form)


def remove_zone(request: HttpRequest, surface: Surface, zone: str) -> HttpResponse:
    try:
        delivery_editing.remove_delivery_zone(
            zone_id=parse_public_id(ZONE_PREFIX, zone),
            vendor_id=surface.vendor_id(request),
            acting=acting_as(request),
        )
    except zones.ZoneInUse:
        messages.error(request, _("Something is still delivered there: remove its rate first."))
        return SeeOther(surface.home)
    return _done(request, surface)


def choose_minimum(request: HttpRequest, surface: Surface) -> HttpResponse:
    form = MinimumForm(request.POST)
    vendor_id = surface.vendor_id(request)
    if vendor_id is None or not form.is_valid():
        return show(request, surface, minimum_form=form)
    delivery_editing.choose_minimum(
        vendor_id=vendor_id,
        minimum=form.cleaned_data["minimum"],
        acting=acting_as(request),
        at=now(),
    )
    return _done(request, surface)


def _done(request: HttpRequest, surface: Surface) -> HttpResponse:
    messages.success(request, _("Saved."))
    return SeeOther(surface.home)


def urls_of(surface: Surface) -> list[URLPattern]:
    """The pages under a surface's own addresses."""
    base, one = f"{surface.name}/delivery/", f"{surface.name}/delivery/<str:method>/"
    wanted: list[tuple[str, Page, str]] = [
        (f"{base}methods/", add_method, "methods"),
        (f"{base}zones/", add_zone, "zones"),
        (f"{base}zones/<str:zone>/removal/", remove_zone, "zone_removal"),
        (f"{one}rates/", add_rate, "rates"),
        (f"{one}rates/<int:rate>/removal/", remove_rate, "rate_removal"),
        (f"{one}offer/", switch, "offer"),
        (f"{one}removal/", remove_method, "removal"),
    ]
    if surface is PARTNER:
        wanted.append((f"{base}minimum/", choose_minimum, "minimum"))
    given = {"surface": surface}
    view = never_cache(require_GET(surface.guard(show)))
    found = [path(base, view, given, f"{surface.name}_delivery")]
    for route, page, name in wanted:
        view = require_POST(surface.guard(page))
        found.append(path(route, view, given, f"{surface.name}_delivery_{name}"))
    return found
