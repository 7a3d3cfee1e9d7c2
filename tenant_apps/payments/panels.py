"""The form of a top-up, on the wallet's page; how to pay by transfer or in cash, on the order's."""

from __future__ import annotations

from typing import Any

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import exponent
from shared_apps.kernel.ref import Ref
from tenant_apps.payments import queries
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


def how_to_pay(_request: Any, ref: Ref | None) -> Panel | None:
    """What the operator tells customers whose transfer or cash is still to come."""
    awaited = [each for each in queries.outstanding(ref) if each.is_offline] if ref else []
    if not awaited:
        return None
    payment = awaited[0]
    context = {
        "payment": payment,
        "is_cash": payment.method == "cash",
        "instructions": queries.instructions_of(payment.method),
    }
    return Panel("payments/storefront/_how_to_pay.html", context)


register_panel("wallet.actions", top_up_form, order=10)
register_panel("order.main", how_to_pay, order=5)
