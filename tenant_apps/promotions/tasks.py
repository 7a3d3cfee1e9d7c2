"""What time does to gift cards, every hour for every tenant."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.promotions.domain import gift_cards


@tenant_job(queue="bulk", every=timedelta(hours=1))
def expire_gift_cards() -> None:
    """Take back what is left on given cards that are over."""
    gift_cards.expire_cards(at=now())
