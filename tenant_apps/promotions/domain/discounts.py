"""What codes take off a basket, and whose use of a code counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import Conflict
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.queries import has_paid
from tenant_apps.promotions.domain.codes import key_of
from tenant_apps.promotions.domain.dividing import (
    DiscountLine,
    LineDiscount,
    Offer,
    best_together,
    divide,
    problem_of,
)
from tenant_apps.promotions.events import CodeConfirmed
from tenant_apps.promotions.lifecycle import CODE_USE, USE_COUNTS
from tenant_apps.promotions.models import CodeUse, Promotion, PromotionCode

__all__ = [
    "AppliedDiscount",
    "CodeProblem",
    "CodeUsedUp",
    "DiscountLine",
    "LineDiscount",
    "Quote",
    "confirm_codes",
    "give_back_codes",
    "quote",
    "reserve_codes",
]
CODES_MAX = 10


class CodeUsedUp(Conflict):
    code, title = "code_used_up", "This code has just been used up"


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A code that takes something off: what the customer saves by it, lines and delivery."""

    promotion_id: UUID
    code: str
    title: str
    off: Money
    subsidy: Money


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """A code that takes nothing off, and why: a word the pages translate."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What all codes together do; every line and every delivery is named, be it with zero."""

    applied: tuple[AppliedDiscount, ...]
    lines: Mapping[UUID, LineDiscount]
    delivery: Mapping[UUID, LineDiscount]
    refused: tuple[CodeProblem, ...]


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who wants to use codes, for what, and when."""

    user_id: UUID | None
    email: str
    subject: str
    at: datetime


def quote(
    *,
    codes: Sequence[str],
    lines: Sequence[DiscountLine],
    delivery: Mapping[UUID, Money],
    user_id: UUID | None,
    email: str,
    currency: str,
    at: datetime,
    subject: Ref | None = None,
) -> Quote:
    """What the typed codes take off these lines and deliveries (reads only).

    Without codes nothing is read. `subject` names what has reserved codes already: its own uses
    do not count against it.
    """
    asking = _Asking(user_id, _plain(email), str(subject or ""), at)
    offers, refused = _offers_of(codes, asking)
    fitting = []
    for offer in offers:
        reason = problem_of(offer, lines, delivery, currency)
        if reason:
            refused.append(CodeProblem(offer.code, reason))
        else:
            fitting.append(offer)
    chosen = best_together(fitting, lines, delivery, currency)
    refused += [CodeProblem(o.code, "not_combinable") for o in fitting if o not in chosen]
    division = divide(chosen, lines, delivery, currency)
    applied = []
    for offer in chosen:
        part = division.offers[offer.promotion_id]
        if part.off:
            applied.append(
                AppliedDiscount(offer.promotion_id, offer.code, offer.title, part.off, part.subsidy)
            )
        else:
            refused.append(CodeProblem(offer.code, "nothing_left"))
    return Quote(tuple(applied), division.lines, division.delivery, tuple(refused))


@step
def reserve_codes(
    *, quote: Quote, subject: Ref, user_id: UUID | None, email: str, at: datetime
) -> None:
    """Count the codes of a quote as used by `subject`, and no others; a repeat changes nothing.

    The last use is decided by a conditional UPDATE of the promotion's row, which also makes two
    orders of one customer wait for each other. Raises CodeUsedUp.
    """
    asking = _Asking(user_id, _plain(email), str(subject), at)
    wanted = {each.promotion_id: each for each in quote.applied}
    for use in _live_uses(subject):
        applied = wanted.get(use.promotion_id)
        if applied is None or key_of(applied.code) != use.code.key:
            _give_back(use, at=at)
        else:
            del wanted[use.promotion_id]
            use.off_minor, use.subsidy_minor = applied.off.minor, applied.subsidy.minor
            use.save(update_fields=["off_minor", "subsidy_minor"])
    for promotion_id in sorted(wanted):
        _reserve(wanted[promotion_id], asking)


@step
def confirm_codes(*, subject: Ref, at: datetime) -> None:
    """What the codes were reserved for was paid; announces CodeConfirmed. A repeat is harmless."""
    for use in _live_uses(subject):
        if use.state != "reserved":
            continue
        record_move(use, CODE_USE, "confirm", acting=SYSTEM, at=at)
        publish(
            CodeConfirmed(
                promotion_id=str(use.promotion_id),
                code=use.code.text,
                subject=use.subject,
                off_minor=use.off_minor,
                subsidy_minor=use.subsidy_minor,
                currency=use.currency,
            ),
            subject=subject,
        )


@step
def give_back_codes(*, subject: Ref, at: datetime) -> None:
    """What the codes were used for came to nothing: others may use them. Harmless to repeat."""
    for use in _live_uses(subject):
        _give_back(use, at=at)


def _plain(email: str) -> str:
    return email.strip().lower()


def _offers_of(codes: Sequence[str], asking: _Asking) -> tuple[list[Offer], list[CodeProblem]]:
    """The offers behind codes, each promotion once, and what is wrong with the other codes."""
    typed = {key_of(code): code.strip() for code in reversed(codes[:CODES_MAX])}
    typed.pop("", None)
    if not typed:
        return [], []
    rows = PromotionCode.objects.filter(key__in=typed).select_related("promotion")
    found = {row.key: row for row in rows}
    own = _own_uses(asking, [row.promotion for row in found.values()])
    offers: dict[UUID, Offer] = {}
    refused = []
    for key in reversed(typed):
        row = found.get(key)
        reason = "unknown" if row is None else _why_not(row, own, asking)
        if row is None or reason:
            refused.append(CodeProblem(typed[key], reason))
        elif row.promotion_id in offers:
            refused.append(CodeProblem(row.text, "same_promotion"))
        else:
            offers[row.promotion_id] = _offer(row)
    return list(offers.values()), refused


@dataclass(frozen=True, slots=True)
class _OwnUses:
    """How often the customer used each promotion, what this subject holds, whether they bought."""

    by_promotion: Mapping[UUID, int]
    of_subject: frozenset[UUID]
    codes_of_subject: frozenset[int]
    has_paid: bool


def _own_uses(asking: _Asking, promotions: Sequence[Promotion]) -> _OwnUses:
    limited = [row.id for row in promotions if row.uses_per_customer is not None]
    counts: dict[UUID, int] = {}
    if limited and (asking.user_id or asking.email):
        counts = dict(
            _uses_of(asking)
            .filter(promotion__in=limited)
            .values_list("promotion")
            .annotate(count=Count("id"))
        )
    held: list[tuple[UUID, int]] = []
    if asking.subject:
        mine = CodeUse.objects.filter(subject=asking.subject, state__in=USE_COUNTS)
        held = list(mine.values_list("promotion_id", "code_id"))
    asks_first = any(row.is_first_order_only for row in promotions)
    return _OwnUses(
        counts,
        frozenset(promotion for promotion, _ in held),
        frozenset(code for _, code in held),
        asks_first and bool(asking.email) and has_paid(asking.email, kind="ordering.order"),
    )


def _uses_of(asking: _Asking) -> QuerySet[CodeUse]:
    """What the same person used elsewhere, be it as a guest with the same address."""
    who = Q()
    if asking.user_id:
        who |= Q(user_id=asking.user_id)
    if asking.email:
        who |= Q(email=asking.email)
    return CodeUse.objects.filter(who, state__in=USE_COUNTS).exclude(subject=asking.subject)


def _why_not(row: PromotionCode, own: _OwnUses, asking: _Asking) -> str:
    promotion = row.promotion
    is_ours = promotion.id in own.of_subject
    limit = promotion.uses_per_customer
    checks = (
        ("ended", promotion.state == "ended"),
        ("paused", promotion.state == "paused"),
        ("not_started", promotion.starts_at > asking.at),
        ("ended", promotion.ends_at is not None and promotion.ends_at <= asking.at),
        ("used_up", not is_ours and _is_used_up(promotion)),
        ("used_up", row.id not in own.codes_of_subject and _is_used_up(row)),
        ("used_by_you", limit is not None and own.by_promotion.get(promotion.id, 0) >= limit),
        ("first_order_only", promotion.is_first_order_only and own.has_paid),
    )
    return next((reason for reason, is_so in checks if is_so), "")


def _is_used_up(row: Promotion | PromotionCode) -> bool:
    return row.uses_max is not None and row.used_count >= row.uses_max


def _offer(row: PromotionCode) -> Offer:
    promotion = row.promotion
    currency = promotion.currency
    return Offer(
        promotion_id=promotion.id,
        code=row.text,
        title=promotion.title,
        kind=promotion.kind,
        bps=promotion.bps,
        amount=Money(promotion.amount_minor, currency),
        maximum=Money(promotion.maximum_minor, currency),
        minimum=Money(promotion.minimum_minor, currency),
        scope=promotion.scope,
        targets=frozenset(promotion.targets),
        vendor_id=promotion.vendor_id,
        bearer=promotion.bearer,
        share_bps=promotion.share_bps,
        is_stackable=promotion.is_stackable,
    )


def _live_uses(subject: Ref) -> list[CodeUse]:
    rows = CodeUse.objects.filter(subject=str(subject), state__in=USE_COUNTS)
    return list(rows.select_for_update(of=["self"]).select_related("code").order_by("promotion_id"))


def _reserve(applied: AppliedDiscount, asking: _Asking) -> None:
    free = Q(uses_max=None) | Q(used_count__lt=F("uses_max"))
    running = Q(ends_at=None) | Q(ends_at__gt=asking.at)
    counted = {"used_count": F("used_count") + 1}
    promotions = Promotion.objects.filter(free, running, pk=applied.promotion_id, state="active")
    codes = PromotionCode.objects.filter(free, key=key_of(applied.code))
    if not promotions.update(**counted) or not codes.update(**counted):
        raise CodeUsedUp(promotion_code=applied.code)
    promotion = Promotion.objects.get(pk=applied.promotion_id)
    limit, is_known = promotion.uses_per_customer, bool(asking.user_id or asking.email)
    # The row's lock is ours since the UPDATE: who used it before has committed.
    if (
        limit is not None
        and is_known
        and _uses_of(asking).filter(promotion=promotion).count() >= limit
    ):
        raise CodeUsedUp(promotion_code=applied.code)
    CodeUse.objects.create(
        promotion=promotion,
        code=codes.model.objects.get(key=key_of(applied.code)),
        subject=asking.subject,
        user_id=asking.user_id,
        email=asking.email,
        currency=applied.off.currency,
        off_minor=applied.off.minor,
        subsidy_minor=applied.subsidy.minor,
        created_at=asking.at,
    )


def _give_back(use: CodeUse, *, at: datetime) -> None:
    record_move(use, CODE_USE, "give_back", acting=SYSTEM, at=at)
    fewer = {"used_count": F("used_count") - 1}
    Promotion.objects.filter(pk=use.promotion_id).update(**fewer)
    PromotionCode.objects.filter(pk=use.code_id).update(**fewer)
