"""What the catalogue does by the clock."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.catalog.domain import alerts, inventory


@tenant_job(queue="default", every=timedelta(minutes=1))
def expire_reservations() -> None:
    """What checkouts held and did not buy can be sold again."""
    inventory.expire_all(at=now())


@tenant_job(queue="bulk", every=timedelta(hours=1))
def tell_low_stock() -> None:
    """Vendors read what ran low, once a day at most."""
    alerts.tell_vendors(at=now())
