"""When partners get their share: the operator's one choice so far."""

from __future__ import annotations

from datetime import datetime

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.partners.permissions import require_operator
from tenant_apps.settlement.models import SettlementTerms

_ONLY = 1


def is_released_at_payment() -> bool:
    """Whether shares leave escrow at once; unless chosen, they wait for fulfilment. One query."""
    return SettlementTerms.objects.filter(pk=_ONLY, is_released_at_payment=True).exists()


@operation
def choose_release(*, at_payment: bool, acting: Actor, at: datetime) -> None:
    """Decide for orders placed from now on; audited. Raises NotAllowed."""
    require_operator(acting)
    before = is_released_at_payment()
    SettlementTerms.objects.update_or_create(
        pk=_ONLY, defaults={"is_released_at_payment": at_payment}
    )
    record(
        "settlement.terms.choose_release",
        subject=Ref("settlement.terms", str(_ONLY)),
        acting=acting,
        at=at,
        changes={"is_released_at_payment": [before, at_payment]},
    )
