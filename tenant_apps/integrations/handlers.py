"""Events that start work here."""

from __future__ import annotations

from shared_apps.outbox.domain.jobs import enqueue
from shared_apps.outbox.domain.subscriptions import Delivery, handles
from tenant_apps.integrations.events import ImportQueued
from tenant_apps.integrations.tasks import run_import


@handles(ImportQueued)
def start_import(event: ImportQueued, _delivery: Delivery) -> None:
    enqueue(run_import, run_id=event.run_id)
