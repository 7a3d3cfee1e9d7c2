"""The form of a top-up, on the wallet's page."""

from __future__ import annotations

from typing import Any

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import exponent
from shared_apps.kernel.ref import Ref
from tenant_apps.wallet.domain.top_ups import least_and_most
from themes.domain.panels import Panel, register_panel


def top_up_form(_request: Any, _ref: Ref | None) -> Panel:
    """An amount between what is allowed, in the currency of the marketplace."""
    currency = current_tenant().currency
    least, most = least_and_most(currency)
    places = exponent(currency)
    context = {
        "least": least,
        "most": most,
        "currency": currency,
        "step": f"0.{'0' * (places - 1)}1" if places else "1",
    }
    return Panel("payments/storefront/_top_up.html", context)


register_panel("wallet.actions", top_up_form, order=10)
