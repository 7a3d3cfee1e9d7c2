"""A customer's address book."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shared_apps.identity.models import User
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.places.domain import book
from tenant_apps.places.domain.address_fields import BookForm
from tenant_apps.places.domain.book import ADDRESS_PREFIX, BookFull

_HOME = "/account/addresses/"


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def addresses(request: HttpRequest) -> HttpResponse:
    """The whole book; POST adds an address."""
    form = BookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            book.save_address(
                user_id=_user_id(request),
                address=form.address(),
                phone=form.cleaned_data["phone"],
                is_default=form.cleaned_data["is_default"],
                at=now(),
            )
        except BookFull:
            form.add_error(None, _("Your address book is full."))
        else:
            messages.success(request, _("Added."))
            return redirect(_HOME)
    context = {"book": book.address_book(_user_id(request)), "form": form}
    status = 422 if form.errors else 200
    return render(request, "places/addresses.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def address(request: HttpRequest, public: str) -> HttpResponse:
    """One address, to be corrected; orders keep the one they were placed with."""
    found = book.saved_address(user_id=_user_id(request), address_id=_address_id(public))
    known = {**asdict(found.address), "phone": found.phone, "is_default": found.is_default}
    form = BookForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        book.change_address(
            user_id=_user_id(request),
            address_id=found.id,
            address=form.address(),
            phone=form.cleaned_data["phone"],
            is_default=form.cleaned_data["is_default"],
        )
        messages.success(request, _("Saved."))
        return redirect(_HOME)
    status = 422 if form.errors else 200
    return render(request, "places/address.html", {"form": form, "entry": found}, status=status)


@require_POST
@signed_in
def choose_default(request: HttpRequest, public: str) -> HttpResponse:
    book.choose_default(user_id=_user_id(request), address_id=_address_id(public))
    return redirect(_HOME)


@require_POST
@signed_in
def remove(request: HttpRequest, public: str) -> HttpResponse:
    book.remove_address(user_id=_user_id(request), address_id=_address_id(public))
    messages.success(request, _("Removed."))
    return redirect(_HOME)


def _user_id(request: HttpRequest) -> UUID:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - tells mypy what signed_in made sure of
    return user.id


def _address_id(public: str) -> UUID:
    return parse_public_id(ADDRESS_PREFIX, public)
