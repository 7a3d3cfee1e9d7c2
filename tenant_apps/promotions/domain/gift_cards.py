"""Gift cards: stored value behind a secret code, given by the operator or bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money, exponent
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.mailer.domain import messages
from shared_apps.outbox.domain.publishing import publish
from shared_apps.outbox.domain.repeats import answer_once
from tenant_apps.partners.permissions import require_operator
from tenant_apps.promotions.domain.codes import fresh, grouped, hash_of
from tenant_apps.promotions.events import GiftCardIssued
from tenant_apps.promotions.lifecycle import GIFT_CARD
from tenant_apps.promotions.models import GiftCard
from tenant_apps.promotions.queries import GIFT_CARD_PREFIX
from tenant_apps.wallet.domain import balances, holds
from tenant_apps.wallet.domain.sources import gift_card_of, wallet_of
from tenant_apps.wallet.queries import balance_of

CODE_LENGTH = 16
COST = "promotion_cost"
_LEAST_UNITS, _MOST_UNITS = 5, 1_000
_BATCH = 200
_BLOCKED_FOR = timedelta(days=365 * 100)


class GiftCardUnknown(NotFound):
    """Also for one that is blocked or over: who has no card learns nothing."""

    code, title = "gift_card_unknown", "There is no gift card with this code"


class BadGiftCard(Unprocessable):
    code, title = "bad_gift_card", "This gift card cannot be made"


@dataclass(frozen=True, slots=True)
class GiftCardView:
    """A card that can be spent: `source` is its account, `balance` what is left of it."""

    id: UUID
    source: str
    balance: Money
    code_end: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class GiftCardDraft:
    """A card as the operator gives it; without an address nobody is written to."""

    amount: Money
    recipient_email: str = ""
    recipient_name: str = ""
    message: str = ""
    note: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedGiftCard:
    """A new card with its code, which is told this once and never again."""

    id: UUID
    code: str


def least_and_most(currency: str) -> tuple[Money, Money]:
    """The bounds of one gift card (rule)."""
    unit = 10 ** exponent(currency)
    return Money(_LEAST_UNITS * unit, currency), Money(_MOST_UNITS * unit, currency)


def find(code: str) -> GiftCardView:
    """The card a code opens and what is left on it; raises GiftCardUnknown. Two queries."""
    row = GiftCard.objects.filter(code_hash=hash_of(code), state="active").first()
    if row is None:
        raise GiftCardUnknown
    return view_of(row)


def view_of(row: GiftCard) -> GiftCardView:
    source = gift_card_of(row.id)
    balance = balance_of(source, row.currency)
    return GiftCardView(row.id, source, balance, row.code_end, row.expires_at)


@operation
def issue(*, draft: GiftCardDraft, acting: Actor, at: datetime) -> IssuedGiftCard:
    """Give a gift card away at the operator's cost; audited. Answers the API in the same commit.

    Posts promotion_cost -> the card, writes to the recipient if there is one, announces
    GiftCardIssued. Raises BadGiftCard, NotAllowed.
    """
    require_operator(acting)
    check_amount(draft.amount)
    if draft.expires_at is not None and draft.expires_at <= at:
        raise BadGiftCard(errors={"expires_at": ["It would be over before it began."]})
    card_id = uuid7()
    balances.credit(
        source=gift_card_of(card_id),
        amount=draft.amount,
        debit=COST,
        key=f"gift_card:{card_id}",
        kind="gift_card_issued",
        subject=ref_of(card_id),
        at=at,
    )
    code = write_card(card_id, draft, origin="issued", acting=acting, at=at)
    record(
        "promotions.gift_card.issue",
        subject=ref_of(card_id),
        acting=acting,
        at=at,
        changes={"amount": draft.amount.as_json(), "note": draft.note},
    )
    body = {"id": public_id(GIFT_CARD_PREFIX, card_id), "code": code}
    answer_once(status=201, body=body, at=at)
    return IssuedGiftCard(card_id, code)


@step
def write_card(
    card_id: UUID, draft: GiftCardDraft, *, origin: str, acting: Actor, at: datetime
) -> str:
    """Write a card whose money is in the books, and to whom it is for; returns its code."""
    key = fresh(CODE_LENGTH)
    row = GiftCard.objects.create(
        id=card_id,
        code_hash=hash_of(key),
        code_end=key[-4:],
        origin=origin,
        currency=draft.amount.currency,
        amount_minor=draft.amount.minor,
        recipient_email=draft.recipient_email,
        note=draft.note,
        expires_at=draft.expires_at,
        created_at=at,
    )
    if draft.recipient_email:
        messages.queue(
            template="promotions/gift_card",
            to=draft.recipient_email,
            context={
                "code": grouped(key),
                "amount": draft.amount,
                "name": draft.recipient_name,
                "message": draft.message,
                "expires_at": draft.expires_at,
                "url": absolute_url("/gift-cards/balance/"),
            },
            at=at,
        )
    publish(
        GiftCardIssued(
            gift_card_id=str(row.id),
            origin=origin,
            amount_minor=row.amount_minor,
            currency=row.currency,
        ),
        acting=acting,
        subject=ref_of(row.id),
    )
    return grouped(key)


@operation
def redeem(*, code: str, user_id: UUID, acting: Actor, at: datetime) -> Money:
    """Put all that is on a card into a person's wallet; returns the amount. Audited.

    Answers the API in the same commit.
    Of several at once one gets it: the card's balance decides. Raises GiftCardUnknown,
    BadGiftCard when nothing is left, InsufficientFunds.
    """
    card = find(code)
    if not card.balance:
        raise BadGiftCard("There is nothing left on this card.")
    balances.debit(
        source=card.source,
        amount=card.balance,
        credit=wallet_of(user_id),
        key=f"gift_card_redeemed:{uuid7()}",
        kind="gift_card_redeemed",
        subject=ref_of(card.id),
        at=at,
    )
    record(
        "promotions.gift_card.redeem",
        subject=ref_of(card.id),
        acting=acting,
        at=at,
        changes={"amount": card.balance.as_json()},
    )
    answer_once(status=201, body={"amount": card.balance.as_json()}, at=at)
    return card.balance


@operation
def move_gift_card(*, card_id: UUID, move: str, acting: Actor, at: datetime) -> None:
    """Block a card whose code got lost, or let it be used again; audited.

    What is on a blocked card is set aside, so that no checkout that knows it already can spend
    it. Raises GiftCardUnknown, MoveNotAllowed, NotAllowed.
    """
    require_operator(acting)
    row = GiftCard.objects.select_for_update().filter(id=card_id).first()
    if row is None:
        raise GiftCardUnknown
    if move not in {"block", "unblock"}:
        raise BadGiftCard("Choose block or unblock.")
    record_move(row, GIFT_CARD, move, acting=acting, at=at)
    if move == "block":
        _set_aside(row, at=at)
    else:
        _give_back(row, at=at)
    record(f"promotions.gift_card.{move}", subject=ref_of(row.id), acting=acting, at=at)


def _set_aside(row: GiftCard, *, at: datetime) -> None:
    left = view_of(row).balance
    if left:
        row.block_hold_id = holds.hold(
            source=gift_card_of(row.id),
            amount=left,
            key=f"gift_card_blocked:{uuid7()}",
            subject=ref_of(row.id),
            at=at,
            expires_at=at + _BLOCKED_FOR,
        )
        row.save(update_fields=["block_hold_id"])


def _give_back(row: GiftCard, *, at: datetime) -> None:
    if row.block_hold_id is not None:
        holds.release_hold(hold_id=row.block_hold_id, at=at)
        row.block_hold_id = None
        row.save(update_fields=["block_hold_id"])


def expire_cards(*, at: datetime) -> int:
    """Take back what is left on given cards that are over, one transaction each (journey)."""
    over = GiftCard.objects.filter(state__in=["active", "blocked"], expires_at__lte=at)
    found = list(over.order_by("expires_at").values_list("id", flat=True)[:_BATCH])
    for card_id in found:
        _expire(card_id=card_id, at=at)
    return len(found)


@operation
def _expire(*, card_id: UUID, at: datetime) -> None:
    """One card is over; what is on it goes back to where it came from."""
    row = GiftCard.objects.select_for_update().get(id=card_id)
    if row.state == "expired":
        return
    record_move(row, GIFT_CARD, "expire", acting=SYSTEM, at=at)
    _give_back(row, at=at)
    left = view_of(row).balance
    if left:
        balances.debit(
            source=gift_card_of(row.id),
            amount=left,
            credit=COST,
            key=f"gift_card_expired:{row.id}",
            kind="gift_card_expired",
            subject=ref_of(row.id),
            at=at,
        )


def check_amount(amount: Money) -> None:
    """Refuse a card too small or too large (rule)."""
    least, most = least_and_most(amount.currency)
    if not least <= amount <= most:
        reason = f"Between {least.decimal()} and {most.decimal()} {amount.currency}."
        raise BadGiftCard(reason, errors={"amount": [reason]})


def ref_of(card_id: UUID) -> Ref:
    return Ref("promotions.gift_card", str(card_id))
