"""The operator's deadlines after a sale, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.ordering.models import AfterSalesTerms
from tenant_apps.partners.permissions import require_operator


@dataclass(frozen=True, slots=True)
class Terms:
    """Days until time decides, 0 for never; the restocking fee in basis points.

    `silent_days`: a vendor who does nothing loses the order. `delivery_days`: what was sent counts
    as delivered. `return_days`: how long goods can be sent back; then the order is completed.
    `answer_days`: a return nobody answers is approved. `send_back_days`: an approved return that
    does not arrive lapses.
    """

    silent_days: int = 7
    delivery_days: int = 14
    return_days: int = 14
    answer_days: int = 5
    send_back_days: int = 21
    restocking_bps: int = 0
    is_delivery_refunded: bool = True


def terms() -> Terms:
    """What holds at present. One query."""
    row = AfterSalesTerms.objects.filter(id=1).first()
    return Terms(**{name: getattr(row, name) for name in asdict(Terms())}) if row else Terms()


@operation
def choose_terms(*, chosen: Terms, acting: Actor, at: datetime) -> None:
    """Set the terms for all orders, also those under way; raises NotAllowed."""
    require_operator(acting)
    AfterSalesTerms.objects.update_or_create(id=1, defaults=asdict(chosen))
    subject = Ref("ordering.after_sales_terms", "1")
    record(
        "ordering.after_sales_terms.set",
        subject=subject,
        acting=acting,
        at=at,
        changes=asdict(chosen),
    )
