"""Who did what to what, and the seals that make a later change visible."""

from __future__ import annotations

from typing import Any

from django.db import models

from shared_apps.kernel.ids import uuid7


class AuditEntry(models.Model):
    """One act of one actor; never changed and never removed."""

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=120, blank=True, default="")
    on_behalf_of = models.CharField(max_length=120, blank=True, default="")
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=80)
    changes: models.JSONField[Any, Any] = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="audit_of_subject"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_kind}:{self.actor_id}"


class AuditSeal(models.Model):
    """A link of the chain: `sha256` covers the link before and the digests of its entries."""

    rights = "append_only"

    number = models.PositiveBigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    entry_count = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealedEntry(models.Model):
    """Which seal holds an entry, where in it, and what the entry's digest was then.

    `entry_id` is not a foreign key: a missing entry must be found by the verifier, not hidden.
    """

    rights = "append_only"

    entry_id = models.UUIDField(primary_key=True)
    seal = models.ForeignKey(AuditSeal, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seal", "position"], name="audit_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}.{self.position}"
