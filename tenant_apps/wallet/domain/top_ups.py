"""A top-up from its first row to the money in the wallet.

The payment itself is made by room payments: its charge names the wallet's account, so that a
captured payment is posted straight into it. These steps are what it tells us.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money, exponent
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.wallet.events import WalletToppedUp
from tenant_apps.wallet.lifecycle import TOP_UP
from tenant_apps.wallet.models import TopUp

KIND = "wallet.top_up"
_LEAST_UNITS, _MOST_UNITS = 1, 10_000


class BadTopUp(Unprocessable):
    code, title = "bad_top_up", "This amount cannot be topped up"


def least_and_most(currency: str) -> tuple[Money, Money]:
    """The bounds of one top-up (rule)."""
    unit = 10 ** exponent(currency)
    return Money(_LEAST_UNITS * unit, currency), Money(_MOST_UNITS * unit, currency)


def ref_of(top_up_id: UUID) -> Ref:
    return Ref(KIND, str(top_up_id))


@step
def start_top_up(*, user_id: UUID, amount: Money, at: datetime) -> UUID:
    """Note that a person is about to pay into their wallet; returns the id. Raises BadTopUp."""
    least, most = least_and_most(amount.currency)
    if not least <= amount <= most:
        reason = f"Between {least.decimal()} and {most.decimal()} {amount.currency}."
        raise BadTopUp(reason, errors={"amount": [reason]})
    row = TopUp.objects.create(
        user_id=user_id, currency=amount.currency, amount_minor=amount.minor, created_at=at
    )
    return row.id


@step
def note_paid(*, top_up_id: UUID, at: datetime) -> None:
    """The payment was captured, and its posting put the money into the wallet; once."""
    row = TopUp.objects.select_for_update().get(id=top_up_id)
    if row.state == "paid":
        return
    record_move(row, TOP_UP, "pay", acting=SYSTEM, at=at)
    publish(
        WalletToppedUp(
            top_up_id=str(row.id),
            user_id=str(row.user_id),
            amount_minor=row.amount_minor,
            currency=row.currency,
        ),
        subject=ref_of(row.id),
    )


@step
def note_closed(*, top_up_id: UUID, at: datetime) -> None:
    """The payment will not be made."""
    row = TopUp.objects.select_for_update().get(id=top_up_id)
    if row.state == "started":
        record_move(row, TOP_UP, "close", acting=SYSTEM, at=at)
