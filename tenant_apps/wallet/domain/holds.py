"""Setting stored value aside for a purchase under way, then taking it or giving it back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import Conflict, DomainError, invariant
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, post
from tenant_apps.wallet.domain.sources import held_of
from tenant_apps.wallet.lifecycle import HOLD
from tenant_apps.wallet.models import Hold

# Longer than any payment method takes to report; who asks for a hold may say something shorter.
HOLD_LASTS = timedelta(days=90)
_BATCH = 200
_log = logging.getLogger(__name__)


class HoldOver(Conflict):
    code, title = "hold_over", "The amount that was set aside has been given back"


@step
def hold(
    *,
    source: str,
    amount: Money,
    key: str,
    subject: Ref,
    at: datetime,
    expires_at: datetime | None = None,
) -> UUID:
    """Set an amount of `wallet:<user>` or `gift_card:<id>` aside; returns the hold's id.

    Once per key: a repeat returns the same hold whatever became of it. Moves the money to the
    held account. Raises InsufficientFunds.
    """
    held = held_of(source)
    wanted = Hold(
        key=key,
        source=source,
        subject=str(subject),
        currency=amount.currency,
        amount_minor=amount.minor,
        created_at=at,
        expires_at=expires_at or at + HOLD_LASTS,
    )
    Hold.objects.bulk_create([wanted], ignore_conflicts=True)
    row = Hold.objects.get(key=key)
    if row.id != wanted.id:
        same = (row.source, row.amount) == (source, amount)
        invariant(same, f"{key}: a hold was asked for again with another source or amount")
        return row.id
    post(
        kind="hold",
        key=f"hold:{row.id}",
        subject=_ref(row),
        legs=[Leg(source, held, amount)],
        at=at,
    )
    return row.id


@step
def capture_hold(
    *,
    hold_id: UUID,
    ref: str = "",
    at: datetime,
    parts: Mapping[str, Money] | None = None,
) -> None:
    """Pay with what was set aside: held -> escrow. A repeat changes nothing.

    `ref` marks whose money it is in escrow; `parts` divides it over several refs instead and sums
    to the hold. Raises HoldOver when it was given back.
    """
    row = Hold.objects.select_for_update().get(id=hold_id)
    if row.state == "captured":
        return
    if row.state == "released":
        raise HoldOver(hold=str(hold_id))
    divided = dict(parts) if parts else {ref: row.amount}
    whole = sum(part.minor for part in divided.values())
    invariant(whole == row.amount_minor, f"hold {hold_id}: its parts do not sum to it")
    record_move(row, HOLD, "capture", acting=SYSTEM, at=at)
    post(
        kind="hold_capture",
        key=f"hold_capture:{row.id}",
        subject=_ref(row),
        legs=[
            Leg(held_of(row.source), "escrow", part, ref=name)
            for name, part in divided.items()
            if part
        ],
        at=at,
    )


@step
def release_hold(*, hold_id: UUID, at: datetime) -> None:
    """Give back what was set aside; nothing when it was given back or used already."""
    row = Hold.objects.select_for_update().get(id=hold_id)
    if row.state != "held":
        return
    record_move(row, HOLD, "release", acting=SYSTEM, at=at)
    post(
        kind="hold_release",
        key=f"hold_release:{row.id}",
        subject=_ref(row),
        legs=[Leg(held_of(row.source), row.source, row.amount)],
        at=at,
    )


def release_expired(*, at: datetime) -> int:
    """Give back what nobody used in time, each in a transaction of its own (journey)."""
    overdue = Hold.objects.filter(state="held", expires_at__lte=at).order_by("expires_at")
    found = list(overdue.values_list("id", flat=True)[:_BATCH])
    for hold_id in found:
        try:
            _release(hold_id=hold_id, at=at)
        except DomainError as error:
            _log.warning("hold not released", extra={"hold": str(hold_id), "code": error.code})
    return len(found)


@operation
def _release(*, hold_id: UUID, at: datetime) -> None:
    """One expired hold."""
    release_hold(hold_id=hold_id, at=at)


def _ref(row: Hold) -> Ref:
    return Ref("wallet.hold", str(row.id))
