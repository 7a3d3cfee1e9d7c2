"""A vendor's own promotions: for their products, at their cost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.refusals import told_at
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import workplace_of
from tenant_apps.promotions.views import desk
from tenant_apps.promotions.views.desk import Desk

PLACE = "/partner/promotions/{public}/"


@never_cache
@require_safe
@signed_in
def promotions(request: HttpRequest) -> HttpResponse:
    return desk.listed(request, desk_of(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def create(request: HttpRequest) -> HttpResponse:
    return desk.created(request, desk_of(request))


@never_cache
@require_safe
@signed_in
def promotion(request: HttpRequest, public: str) -> HttpResponse:
    return desk.shown(request, desk_of(request), public)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change(request: HttpRequest, public: str) -> HttpResponse:
    return desk.changed(request, desk_of(request), public)


@require_POST
@signed_in
@told_at(PLACE)
def move(request: HttpRequest, public: str) -> HttpResponse:
    return desk.moved(request, desk_of(request), public)


@require_POST
@signed_in
@told_at(PLACE)
def vouchers(request: HttpRequest, public: str) -> HttpResponse:
    return desk.vouchers_made(request, desk_of(request), public)


@never_cache
@require_safe
@signed_in
def codes(request: HttpRequest, public: str) -> HttpResponse:
    return desk.codes_file(desk_of(request), public)


def desk_of(request: HttpRequest) -> Desk:
    """The shop of the person, where they may edit products; raises NoWorkplace."""
    vendor = workplace_of(acting_as(request), Verb.EDIT_PRODUCTS)
    return Desk("shells/partner.html", "/partner/promotions/", vendor.id)
