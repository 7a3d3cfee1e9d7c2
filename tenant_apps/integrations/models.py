"""Keys of the API; imports of foreign files and what was wrong with their rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenant_apps.integrations.lifecycle import IMPORT


class ApiKey(models.Model):
    """A program's way in, as the person who made it and within its scopes.

    Only a digest is kept: the key itself is shown once. `hint` is its end, to tell keys apart.
    """

    class Kind(models.TextChoices):
        PUBLISHABLE = "publishable"
        SECRET = "secret"  # noqa: S105 - a kind of key

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys"
    )
    key_digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    scopes: models.JSONField[Any, Any] = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["publishable", "secret"]), name="api_key_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="api_key_of_owner")]

    def __str__(self) -> str:
        return f"{self.name} ...{self.hint}"


class ImportRun(models.Model):
    """One file on its way in. `position` counts the products that are through: a run that was
    killed goes on after it. `counts` maps "products", "variants" and "images" to how many were
    created and updated.
    """

    class Kind(models.TextChoices):
        SHOPIFY = "shopify-products"
        WOOCOMMERCE = "woocommerce-products"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    vendor = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(max_length=40, default=IMPORT.initial)
    source_name = models.CharField(max_length=255)
    path = models.CharField(max_length=1000)
    currency = models.CharField(max_length=3)
    is_dry_run = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=120)
    actor_name = models.CharField(max_length=120, blank=True, default="")
    actor_roles: models.JSONField[Any, Any] = models.JSONField(default=list)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [IMPORT.constraint("import_state_known")]
        indexes = [models.Index(fields=["vendor", "-created_at", "-id"], name="import_of_vendor")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_name} ({self.state})"


class ImportMove(Move):
    """One change of an import's state."""

    subject = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="moves")


class ImportIssue(models.Model):
    """Something about a row. An error left its product out; a warning did not."""

    class Severity(models.TextChoices):
        ERROR = "error"
        WARNING = "warning"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="issues")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=120, blank=True, default="")
    code = models.CharField(max_length=60)
    message = models.CharField(max_length=500)
    severity = models.CharField(max_length=8, choices=Severity.choices)

    def __str__(self) -> str:
        return f"{self.row} {self.code}"
