"""Events on their way, who handled them, what outsiders sent us, and answers already given."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from shared_apps.kernel.ids import uuid7


class OutboxEvent(models.Model):
    """One published fact, written in the commit of the change that it tells.

    `next_at` is the earliest moment of the next attempt by the database's clock; NULL on an
    undelivered row means poison: it stays visible and waits for a person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    payload: models.JSONField[Any, Any] = models.JSONField()
    actor = models.CharField(max_length=120, blank=True, default="")
    subject = models.CharField(max_length=160, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, db_default=Now())
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(delivered_at=None),
                name="outbox_undelivered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class HandledEvent(models.Model):
    """The inbox: this handler's effect for this event is in the books, in the same commit."""

    pk = models.CompositePrimaryKey("event_id", "handler")
    event_id = models.UUIDField()
    handler = models.CharField(max_length=120)
    handled_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"


class ReceivedWebhook(models.Model):
    """What a provider sent, verified and kept as bytes before anything is believed."""

    class State(models.TextChoices):
        NEW = "new"
        DONE = "done"
        FAILED = "failed"
        IGNORED = "ignored"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=80)
    dedupe_key = models.CharField(max_length=200)
    type = models.CharField(max_length=120, blank=True, default="")
    raw = models.BinaryField()
    headers: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "endpoint", "dedupe_key"], name="webhook_received_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["new", "done", "failed", "ignored"]),
                name="webhook_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(state__in=["new", "failed"]),
                name="webhook_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.type} ({self.state})"


class IdempotencyKey(models.Model):
    """A caller's key for one request, and the answer to give again.

    `expires_at` ends the lease while the first request runs, and the memory after it ended.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    status = models.PositiveSmallIntegerField(null=True)
    body: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "done"]),
                name="idempotency_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key} ({self.state})"
