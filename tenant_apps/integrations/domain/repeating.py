"""Taking a file that is here already once more: for good after a dry run, or after a failure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.kernel.actor import Actor
from tenant_apps.integrations.domain.imports import ImportOrder, UnknownRun, queue_import
from tenant_apps.integrations.models import ImportRun


def run_again(*, run_id: UUID, is_dry_run: bool, acting: Actor, at: datetime) -> UUID:
    """Queue the same file as a new run; what did not change is skipped there.

    Raises UnknownRun and what queue_import raises.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise UnknownRun
    order = ImportOrder(
        kind=run.kind,
        vendor_id=run.vendor_id,
        path=run.path,
        source_name=run.source_name,
        currency=run.currency,
        is_dry_run=is_dry_run,
    )
    return queue_import(order=order, acting=acting, at=at)
