"""Whose cart a request is about: the customer's, or the guest's whose cookie came along."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.crypto import BadSignature, sign, unsign
from tenant_apps.ordering.domain.carts import CartOwner, merge_carts

# A sibling host cannot plant a cookie of that name: its cart and orders would become a stranger's.
COOKIE = "__Host-guest" if settings.GALLERIA_EXTERNAL_SCHEME == "https" else "guest"
PURPOSE = "guest"
LASTS = timedelta(days=90)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, CartOwner, P], HttpResponse]


def guest_key_of(request: HttpRequest) -> UUID | None:
    """The key in the signed cookie or the X-Cart-Token header; a forged one counts as none."""
    token = request.headers.get("X-Cart-Token") or request.COOKIES.get(COOKIE, "")
    try:
        return UUID(unsign(token, PURPOSE, max_age=LASTS)) if token else None
    except (BadSignature, ValueError, TypeError):
        return None


def user_id_of(request: HttpRequest) -> UUID | None:
    user = request.user
    return user.id if isinstance(user, User) and user.is_authenticated else None


def owner_of(request: HttpRequest) -> CartOwner:
    """Who the cart belongs to; nobody known on a first visit."""
    user_id = user_id_of(request)
    return CartOwner(user_id) if user_id else CartOwner(guest_key=guest_key_of(request))


def new_guest() -> CartOwner:
    return CartOwner(guest_key=uuid4())


def token_of(owner: CartOwner) -> str:
    """What a guest's program sends as X-Cart-Token; empty for customers."""
    return sign(str(owner.guest_key), PURPOSE) if owner.guest_key else ""


def with_owner(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Pass the cart's owner to a page; a guest gets a cookie, a signed-in one's cart is merged."""

    @functools.wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        guest_key, user_id = guest_key_of(request), user_id_of(request)
        if user_id and guest_key:
            merge_carts(guest_key=guest_key, user_id=user_id, at=now())
        owner = owner_of(request)
        is_new = not owner.is_known and request.method == "POST"
        owner = new_guest() if is_new else owner
        response = view(request, owner, *args, **kwargs)
        if user_id and guest_key:
            response.delete_cookie(COOKIE)
        elif is_new:
            remember(response, owner)
        return response

    return run


def remember(response: HttpResponse, owner: CartOwner) -> None:
    """Give the guest the key to their cart and orders."""
    response.set_cookie(
        COOKIE,
        token_of(owner),
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.GALLERIA_EXTERNAL_SCHEME == "https",
    )
