"""A part of what a customer spent comes back as wallet credit, at the operator's cost."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import BASIS_POINTS, Money, percentage
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners.permissions import require_operator
from tenant_apps.promotions.events import LoyaltyRewarded
from tenant_apps.promotions.models import LoyaltyReward, LoyaltyTerms
from tenant_apps.wallet.domain import balances
from tenant_apps.wallet.domain.sources import wallet_of

_ONLY = 1


class BadLoyaltyTerms(Unprocessable):
    code, title = "bad_loyalty_terms", "Between 0 and 100 per cent"


def loyalty_bps() -> int:
    """The part that comes back, in basis points; 0 unless the operator chose one. One query."""
    return LoyaltyTerms.objects.filter(pk=_ONLY).values_list("bps", flat=True).first() or 0


@operation
def choose_loyalty(*, bps: int, acting: Actor, at: datetime) -> None:
    """Decide for orders completed from now on; audited. Raises BadLoyaltyTerms, NotAllowed."""
    require_operator(acting)
    if not 0 <= bps <= BASIS_POINTS:
        raise BadLoyaltyTerms
    before = loyalty_bps()
    LoyaltyTerms.objects.update_or_create(pk=_ONLY, defaults={"bps": bps})
    record(
        "promotions.loyalty.choose",
        subject=Ref("promotions.loyalty_terms", str(_ONLY)),
        acting=acting,
        at=at,
        changes={"bps": [before, bps]},
    )


@step
def reward(*, user_id: UUID, subject: Ref, spent: Money, at: datetime) -> Money:
    """Credit a customer's wallet for what they spent on `subject`; once per subject.

    Posts promotion_cost -> wallet, announces LoyaltyRewarded; returns the amount, zero while the
    operator gives nothing or when it was given before.
    """
    bps = loyalty_bps()
    amount = percentage(spent, bps)
    if amount.minor <= 0:
        return Money.zero(spent.currency)
    given = LoyaltyReward(
        subject=str(subject),
        user_id=user_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        created_at=at,
    )
    if not _write_once(given):
        return Money.zero(spent.currency)
    balances.credit(
        source=wallet_of(user_id),
        amount=amount,
        debit="promotion_cost",
        key=f"loyalty:{subject}",
        kind="loyalty",
        subject=subject,
        at=at,
    )
    publish(
        LoyaltyRewarded(
            user_id=str(user_id),
            subject=str(subject),
            amount_minor=amount.minor,
            currency=amount.currency,
        ),
        subject=subject,
    )
    return amount


def _write_once(given: LoyaltyReward) -> bool:
    """False when the subject has its reward, be it from somebody who commits just now."""
    LoyaltyReward.objects.bulk_create([given], ignore_conflicts=True)
    return LoyaltyReward.objects.filter(id=given.id).exists()
