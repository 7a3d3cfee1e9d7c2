"""The operator's terms for everybody: when shares are released, held, and who bears a lost dispute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.partners.permissions import require_operator
from tenant_apps.settlement.models import SettlementTerms

_ONLY = 1
HOLD_DAYS_MAX = 180


class BadTerms(Unprocessable):
    code, title = "bad_settlement_terms", "These terms are not possible"


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """When a share leaves escrow, how long it then waits, and who bears a lost dispute.

    `dispute_loss`: `both` give their part back, the `vendor` pays all, or the `operator` does.
    """

    is_released_at_payment: bool = False
    hold_days: int = 0
    dispute_loss: str = "both"


def release_terms() -> ReleaseTerms:
    """One query."""
    row = SettlementTerms.objects.filter(pk=_ONLY).first()
    if row is None:
        return ReleaseTerms()
    return ReleaseTerms(row.is_released_at_payment, row.hold_days, row.dispute_loss)


def is_released_at_payment() -> bool:
    """Whether shares leave escrow at once; unless chosen, they wait for fulfilment. One query."""
    return release_terms().is_released_at_payment


@operation
def choose_release(
    *,
    at_payment: bool,
    hold_days: int = 0,
    dispute_loss: str = "both",
    acting: Actor,
    at: datetime,
) -> None:
    """Decide for what is released from now on; audited. Raises BadTerms, NotAllowed."""
    require_operator(acting)
    if not 0 <= hold_days <= HOLD_DAYS_MAX:
        raise BadTerms(errors={"hold_days": [f"Between 0 and {HOLD_DAYS_MAX} days."]})
    if dispute_loss not in SettlementTerms.LossBearer.values:
        raise BadTerms(errors={"dispute_loss": ["Choose both, vendor or operator."]})
    before = release_terms()
    SettlementTerms.objects.update_or_create(
        pk=_ONLY,
        defaults={
            "is_released_at_payment": at_payment,
            "hold_days": hold_days,
            "dispute_loss": dispute_loss,
        },
    )
    record(
        "settlement.terms.choose_release",
        subject=Ref("settlement.terms", str(_ONLY)),
        acting=acting,
        at=at,
        changes={
            "is_released_at_payment": [before.is_released_at_payment, at_payment],
            "hold_days": [before.hold_days, hold_days],
            "dispute_loss": [before.dispute_loss, dispute_loss],
        },
    )
