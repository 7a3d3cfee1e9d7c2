"""Paying partners what is theirs: once, whoever asks, and never more than they have.

A payout takes the money off the partner's account when it is made, so that nothing can spend it
again; sending it is another matter (sending.py, bank_files.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import Conflict, NotFound
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, lock_balance, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners.permissions import require_operator
from tenant_apps.settlement.domain.balances import (
    account_of,
    accounts_with_money,
    funds_of,
    lock_payable,
)
from tenant_apps.settlement.domain.destinations import (
    details_of,
    live_destination,
    note_refusal,
)
from tenant_apps.settlement.domain.rhythms import Rhythms
from tenant_apps.settlement.domain.schedules import PayoutRhythm, has_payday, payable
from tenant_apps.settlement.events import PayoutCreated, PayoutFailed, PayoutPaid
from tenant_apps.settlement.lifecycle import PAYOUT
from tenant_apps.settlement.models import (
    Earning,
    Payout,
    PayoutBatch,
    PayoutDestination,
    SettlementTerms,
)

IN_TRANSIT = "payouts_in_transit"
# What stands on a payout that waits for the operator's own money at the provider.
OPERATOR_IS_SHORT = "operator_balance_insufficient"


class PayoutUnknown(NotFound):
    code, title = "payout_unknown", "There is no such payout"


class NothingToPay(Conflict):
    code, title = "nothing_to_pay", "Nothing of this partner's money can be paid out now"


class NoDestination(Conflict):
    code, title = "no_payout_destination", "The partner has not said where to be paid"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did; `skipped` partners had money due but nowhere it could go."""

    made: tuple[UUID, ...] = ()
    skipped: tuple[UUID, ...] = ()


def sweep(*, at: datetime) -> Swept:
    """Make the payouts that are due since the last sweep (journey); a repeat makes none twice.

    Each partner and currency is an operation of its own: what fails for one holds nobody up.
    """
    today, after = at.date(), _swept_through()
    rhythms = Rhythms()
    made, skipped = [], []
    for partner_id, amount in accounts_with_money():
        rhythm = rhythms.of(partner_id)
        if not has_payday(rhythm, after=after, upto=today):
            continue
        try:
            payout_id = make_payout(
                batch_key=f"schedule:{today.isoformat()}",
                partner_id=partner_id,
                currency=amount.currency,
                rhythm=rhythm,
                acting=SYSTEM,
                at=at,
            )
        except NothingToPay:
            continue
        except NoDestination:
            skipped.append(partner_id)
            continue
        made.append(payout_id)
    if after is None or after < today:
        _note_swept(today)
    return Swept(tuple(made), tuple(skipped))


def pay_now(*, partner_id: UUID, currency: str, key: str, acting: Actor, at: datetime) -> UUID:
    """Pay one partner all that is available, whatever the schedule and minimum say (journey).

    The same key again is the same payout. Raises NotAllowed, NoDestination, NothingToPay.
    """
    require_operator(acting)
    usual = Rhythms().of(partner_id)
    rhythm = PayoutRhythm("manual", reserve_bps=usual.reserve_bps, reserve_days=usual.reserve_days)
    return make_payout(
        batch_key=f"manual:{key}",
        partner_id=partner_id,
        currency=currency,
        rhythm=rhythm,
        acting=acting,
        at=at,
    )


@operation
def make_payout(
    *,
    batch_key: str,
    partner_id: UUID,
    currency: str,
    rhythm: PayoutRhythm,
    acting: Actor,
    at: datetime,
) -> UUID:
    """Set aside what a partner is paid now; one payout per batch, partner and currency.

    Locks the released earnings past their hold days that no dispute freezes, then the partner's
    account: the order in which releases and reductions lock them. Stamps the earnings with the
    payout; vendor -> payouts_in_transit; audited; PayoutCreated. What is released meanwhile waits
    for the next one. A batch that paid them already answers with that payout. Raises
    NoDestination, NothingToPay.
    """
    ready = lock_payable(partner_id, currency, at=at)
    balance = lock_balance(code=account_of(partner_id), currency=currency)
    known = Payout.objects.filter(
        batch__key=batch_key, partner_id=partner_id, currency=currency
    ).first()
    if known is not None:
        return known.id
    funds = funds_of(partner_id=partner_id, balance=balance, rhythm=rhythm, ready=ready, at=at)
    minor = payable(funds, minimum=rhythm.minimum(currency))
    if not minor:
        raise NothingToPay
    destination = live_destination(partner_id)
    if destination is None or destination.state != "ready":
        raise NoDestination
    batch, _ = PayoutBatch.objects.get_or_create(
        key=batch_key,
        defaults={"actor": f"{acting.kind}:{acting.id}", "created_at": at},
    )
    payout = Payout.objects.create(
        batch=batch,
        partner_id=partner_id,
        destination=destination,
        method=destination.kind,
        currency=currency,
        amount_minor=minor,
        created_at=at,
    )
    Earning.objects.filter(pk__in=ready).update(payout=payout)
    _post(payout, "payout_created", account_of(partner_id), IN_TRANSIT, at=at)
    _audit(payout, "make", acting=acting, at=at)
    publish(
        PayoutCreated(
            payout_id=str(payout.id),
            partner_id=str(payout.partner_id),
            amount_minor=payout.amount_minor,
            currency=currency,
            method=payout.method,
        ),
        acting=acting,
        subject=ref_of(payout),
    )
    return payout.id


@step
def note_paid(payout: Payout, *, acting: Actor, at: datetime) -> None:
    """The money arrived: payouts_in_transit -> where it left from; PayoutPaid."""
    record_move(payout, PAYOUT, "pay", acting=acting, at=at, values={"paid_at": at})
    _post(payout, "payout_paid", IN_TRANSIT, source_of(payout), at=at)
    publish(
        PayoutPaid(
            payout_id=str(payout.id),
            partner_id=str(payout.partner_id),
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            method=payout.method,
        ),
        acting=acting,
        subject=ref_of(payout),
    )


@step
def note_failed(payout: Payout, *, code: str, acting: Actor, at: datetime) -> None:
    """The money did not arrive, or came back after it had: it is the partner's again.

    payouts_in_transit, or where it left from, -> vendor; its earnings wait for the next payout;
    nobody is paid there again before somebody looked at it; PayoutFailed.
    """
    was_paid = payout.state == "paid"
    values = {"failure_code": code[:80], "failed_at": at}
    move = "bounce" if was_paid else "fail"
    record_move(payout, PAYOUT, move, acting=acting, at=at, values=values)
    held_at = source_of(payout) if was_paid else IN_TRANSIT
    _post(payout, "payout_failed", held_at, account_of(payout.partner_id), at=at)
    Earning.objects.filter(payout=payout).update(payout=None)
    note_refusal(destination_id=payout.destination_id, code=code, at=at)
    publish(
        PayoutFailed(
            payout_id=str(payout.id),
            partner_id=str(payout.partner_id),
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            method=payout.method,
            failure_code=code,
            was_paid=was_paid,
        ),
        acting=acting,
        subject=ref_of(payout),
    )


@operation
def cancel_payout(*, payout_id: UUID, acting: Actor, at: datetime) -> None:
    """Call a payout off that nobody was asked for yet; the money is the partner's again; audited.

    Raises PayoutUnknown, MoveNotAllowed, NotAllowed.
    """
    require_operator(acting)
    payout = locked_payout(payout_id)
    record_move(payout, PAYOUT, "cancel", acting=acting, at=at, values={"failed_at": at})
    _post(payout, "payout_cancelled", IN_TRANSIT, account_of(payout.partner_id), at=at)
    Earning.objects.filter(payout=payout).update(payout=None)
    _audit(payout, "cancel", acting=acting, at=at)


@operation
def settle_by_hand(
    *, payout_id: UUID, has_arrived: bool, note: str = "", acting: Actor, at: datetime
) -> None:
    """The operator saw at the bank or the provider what became of a payout; audited.

    For bank files, and for payouts whose provider never answered. Raises PayoutUnknown,
    MoveNotAllowed, NotAllowed.
    """
    require_operator(acting)
    payout = locked_payout(payout_id)
    if payout.state == "due":
        record_move(payout, PAYOUT, "send", acting=acting, at=at, note=note)
    if has_arrived:
        note_paid(payout, acting=acting, at=at)
    else:
        note_failed(payout, code=note or "failed_by_hand", acting=acting, at=at)
    _audit(payout, "settle_by_hand", acting=acting, at=at)


def locked_payout(payout_id: UUID) -> Payout:
    payout: Payout | None = (
        Payout.objects.select_for_update(of=["self"])
        .select_related("destination")
        .filter(id=payout_id)
        .first()
    )
    if payout is None:
        raise PayoutUnknown
    return payout


def source_of(payout: Payout) -> str:
    """The account the money of a payout left from: a gateway's, the bank's, or into a wallet."""
    if payout.method == PayoutDestination.Kind.BANK:
        return "bank"
    if payout.method == PayoutDestination.Kind.WALLET:
        return f"wallet:{details_of(payout.destination).user_id}"
    return f"clearing:{payout.method}"


def ref_of(payout: Payout) -> Ref:
    return Ref("settlement.payout", str(payout.id))


def _post(payout: Payout, kind: str, debit: str, credit: str, *, at: datetime) -> None:
    post(
        kind=kind,
        key=f"{kind}:{payout.id}",
        subject=ref_of(payout),
        legs=[Leg(debit, credit, Money(payout.amount_minor, payout.currency))],
        at=at,
    )


def _audit(payout: Payout, verb: str, *, acting: Actor, at: datetime) -> None:
    record(
        f"settlement.payout.{verb}",
        subject=ref_of(payout),
        acting=acting,
        at=at,
        changes={"amount": payout.amount.as_json(), "partner": str(payout.partner_id)},
    )


def _swept_through() -> date | None:
    row = SettlementTerms.objects.filter(pk=1).values_list("swept_through", flat=True).first()
    return row if isinstance(row, date) else None


@operation
def _note_swept(day: date) -> None:
    """That day's schedule has been carried out; a later note is never taken back."""
    row, is_new = SettlementTerms.objects.get_or_create(pk=1, defaults={"swept_through": day})
    if not is_new and (row.swept_through is None or row.swept_through < day):
        SettlementTerms.objects.filter(pk=1).update(swept_through=day)
