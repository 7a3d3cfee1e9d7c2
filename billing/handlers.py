"""What the platform hears from its tenants."""

from __future__ import annotations

from billing.domain.takes import take_from
from billing.events import TakeAccrued
from shared_apps.kernel.context import current_tenant
from shared_apps.outbox.domain.subscriptions import Delivery, handles_outside


@handles_outside(TakeAccrued)
def note_take(event: TakeAccrued, delivery: Delivery) -> None:
    take_from(tenant_id=current_tenant().id, event_id=delivery.id, event=event, at=delivery.at)
