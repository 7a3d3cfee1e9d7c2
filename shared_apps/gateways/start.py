"""What every adapter that is redirect-shaped does before it opens a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared_apps.gateways.contract import PaymentSnapshot, PaymentState, StartPayment
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money


def added_up(start: StartPayment) -> None:
    """GatewayRefused for lines that do not make up the amount: the caller's arithmetic is wrong."""
    total = sum(
        (line.amount * line.quantity for line in start.lines), Money.zero(start.amount.currency)
    )
    if start.lines and total != start.amount:
        raise GatewayRefused("the lines do not add up to the amount")


def page_term(start: StartPayment) -> datetime:
    """Until when a page that its provider never closes counts as open: as asked, or tomorrow's end."""
    midnight = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start.expires_at or midnight + timedelta(days=2)


def expired(snapshot: PaymentSnapshot) -> PaymentSnapshot:
    """The same payment as we see it once we stop waiting for it; a paid or failed one stays as it is."""
    is_waiting = snapshot.state is PaymentState.PENDING
    return replace(snapshot, state=PaymentState.EXPIRED) if is_waiting else snapshot
