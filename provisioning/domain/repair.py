"""Births that stopped half-way: finished by whoever finds them, or undone without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from billing.domain.tiers import forget_tiers
from provisioning.domain.migrations import OWNER, has_owner, owning
from provisioning.domain.schemas import drop_schema, schema_exists
from provisioning.domain.signup import carry_on
from provisioning.lifecycle import BIRTH, FINISHED
from provisioning.models import ProvisioningMove, ProvisioningRun
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import platform_context
from tenants.domain.registry import erase_entry
from tenants.routing import routing_changed

# A birth takes a fraction of a second; after this its process is taken for dead.
STUCK_AFTER = timedelta(seconds=10)
_ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class RepairReport:
    live: int
    undone: int
    waiting: int


def resume_stuck_runs(*, at: datetime) -> RepairReport:
    """Carry on every birth that waits for a schema or whose process died (journey).

    One that fails three times is undone: schema, role, host and tenant go, the run stays as the
    trace. Needs the owner's login for births that wait for a schema and for undoing.
    """
    counts = {"live": 0, "undone": 0, "waiting": 0}
    with platform_context():
        unfinished = ProvisioningRun.objects.exclude(state__in=FINISHED).order_by("created_at")
        candidates = [
            run
            for run in unfinished
            if run.touched_at <= at - STUCK_AFTER or (run.state == "requested" and has_owner())
        ]
        for run in candidates:
            if _take(run, at):
                counts[_finish(run, at)] += 1
    return RepairReport(**counts)


def _take(run: ProvisioningRun, at: datetime) -> bool:
    """Lease the run: of two repairers one gets it."""
    mine = ProvisioningRun.objects.filter(pk=run.pk, state=run.state, attempts=run.attempts).update(
        touched_at=at, attempts=F("attempts") + 1
    )
    run.attempts += 1
    return bool(mine)


def _finish(run: ProvisioningRun, at: datetime) -> str:
    try:
        if run.state != "requested" and has_owner() and not schema_exists(run.schema_name):
            return _undo(run, at)
        return "live" if carry_on(run=run, at=at).is_live else "waiting"
    except Exception as error:  # noqa: BLE001 - any failure counts as one attempt
        ProvisioningRun.objects.filter(pk=run.pk).update(error=f"{type(error).__name__}: {error}")
        if run.attempts >= _ATTEMPTS_MAX and has_owner():
            return _undo(run, at)
        return "waiting"


def _undo(run: ProvisioningRun, at: datetime) -> str:
    undo_birth(run=run, at=at)
    routing_changed()
    return "undone"


def undo_birth(*, run: ProvisioningRun, at: datetime) -> None:
    """Take back a birth, as the owner: first the schema and the role, then every row of it.

    Killed in between, the run is still unfinished and its schema missing: the next repair
    comes here again.
    """
    drop_schema(run.schema_name)
    with owning(), transaction.atomic(using=OWNER):
        owned = ProvisioningRun.objects.using(OWNER).select_for_update().get(pk=run.pk)
        if owned.state in FINISHED:
            return
        forget_tiers(tenant_id=run.tenant_id, using=OWNER)
        erase_entry(tenant_id=run.tenant_id, using=OWNER)
        # As the owner, so not by record_move, which speaks for the default connection.
        ProvisioningMove.objects.using(OWNER).create(
            subject_id=run.pk,
            move="undo",
            from_state=owned.state,
            to_state=BIRTH.target_of("undo", owned.state),
            actor=f"{SYSTEM.kind}:{SYSTEM.id}",
            at=at,
        )
        ProvisioningRun.objects.using(OWNER).filter(pk=run.pk).update(state="undone", order={})
