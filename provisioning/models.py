"""What provisioning remembers: templates, the pool of ready schemas, births and fleet runs."""

from __future__ import annotations

from typing import Any

from django.db import models

from provisioning.lifecycle import BIRTH
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move


class CompiledTemplate(models.Model):
    """The script that makes one empty tenant, as a list of statements."""

    hash = models.CharField(primary_key=True, max_length=64)
    statements: models.JSONField[Any, Any] = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.hash[:12]


class PooledSchema(models.Model):
    """A schema with its role that waits for a tenant; its id becomes the tenant's."""

    class State(models.TextChoices):
        READY = "ready"
        STALE = "stale"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=63, unique=True)
    role = models.CharField(max_length=63)
    cluster = models.CharField(max_length=40, default="default")
    template_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["template_hash", "created_at"],
                condition=models.Q(state="ready"),
                name="pool_ready",
            )
        ]

    def __str__(self) -> str:
        return f"{self.schema_name} ({self.state})"


class ProvisioningRun(models.Model):
    """One birth: which tenant, how far it came, and what is needed to carry on after a crash.

    `order` holds what was asked for, the encoded password encrypted; it is emptied at the end.
    The tenant is named by value: when a birth is undone its run stays as the trace of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField(unique=True)
    slug = models.CharField(max_length=40)
    schema_name = models.CharField(max_length=63)
    host = models.CharField(max_length=253)
    owner_id = models.UUIDField()
    state = models.CharField(max_length=20, default=BIRTH.initial)
    pooled = models.BooleanField()
    order: models.JSONField[Any, Any] = models.JSONField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    touched_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [BIRTH.constraint("birth_state_known")]
        indexes = [
            models.Index(
                fields=["touched_at"],
                condition=~models.Q(state__in=["live", "undone"]),
                name="birth_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.state}"


class ProvisioningMove(Move):
    """One step of a birth."""

    subject = models.ForeignKey(ProvisioningRun, on_delete=models.CASCADE, related_name="moves")


class Closure(models.Model):
    """The end of a tenant: when it was closed, when its data is due to go, when it went."""

    tenant_id = models.UUIDField(primary_key=True)
    schema_name = models.CharField(max_length=63)
    closed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(dropped_at=None),
                name="closure_due",
            )
        ]

    def __str__(self) -> str:
        return self.schema_name


class FleetRun(models.Model):
    """One walk of a release over all tenants."""

    class State(models.TextChoices):
        RUNNING = "running"
        CANARY_FAILED = "canary_failed"
        DONE = "done"
        PARTIAL = "partial"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    target = models.CharField(max_length=64)
    canary = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"


class FleetItem(models.Model):
    """One tenant of a fleet run: what became of it, and why."""

    class State(models.TextChoices):
        PENDING = "pending"
        CURRENT = "current"
        DONE = "done"
        QUARANTINED = "quarantined"

    run = models.ForeignKey(FleetRun, on_delete=models.CASCADE, related_name="items")
    tenant_id = models.UUIDField()
    schema_name = models.CharField(max_length=63)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "schema_name"], name="fleet_item_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.schema_name}: {self.state}"
