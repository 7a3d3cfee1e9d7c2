"""How many pieces are in the basket, for the header of every page."""

from __future__ import annotations

from typing import Any

from shared_apps.kernel.ref import Ref
from tenant_apps.ordering.domain.cart_reading import count_in_cart
from themes.domain.panels import Panel, register_panel


def cart_count(request: Any, _ref: Ref | None) -> Panel | None:
    """Only the number; nothing for an empty basket."""
    from tenant_apps.ordering.views.owner import COOKIE, owner_of

    user = getattr(request, "user", None)
    if user is None or not (user.is_authenticated or COOKIE in request.COOKIES):
        return None
    count = count_in_cart(owner_of(request))
    return Panel("ordering/storefront/_count.html", {"count": count}) if count else None


register_panel("header.cart", cart_count)
