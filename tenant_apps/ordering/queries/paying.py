"""How an order that waits for money is paid outside of any gateway."""

from __future__ import annotations

from tenant_apps.ordering.queries import OrderView
from tenant_apps.payments.queries import instructions_of


def how_to_pay(view: OrderView) -> str:
    """The operator's words for an order that waits for money outside any gateway, else nothing.

    One query for such an order.
    """
    payment = view.payment
    if view.status != "awaiting_payment" or payment is None or not payment.is_offline:
        return ""
    return instructions_of(payment.method)
