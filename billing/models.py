"""Tiers with their versions, and the platform's take as pulled from the tenants."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shared_apps.kernel.ids import uuid7


class Tier(models.Model):
    """A subscription plan an operator can be on; what it grants is in its versions."""

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    on_sale = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class TierVersion(models.Model):
    """The terms of a tier from one moment on; never changed, only followed by the next version.

    `take_rates_bps` maps a module to our share in basis points, `limits` a quota to its ceiling,
    `monthly_prices` a currency to minor units.
    """

    rights = "append_only"

    id = models.UUIDField(primary_key=True, editable=False)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    take_rates_bps: models.JSONField[Any, Any] = models.JSONField()
    limits: models.JSONField[Any, Any] = models.JSONField()
    features = ArrayField(models.CharField(max_length=40), default=list)
    monthly_prices: models.JSONField[Any, Any] = models.JSONField()
    valid_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier", "number"], name="tier_version_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.tier_id} v{self.number}"


class TierChange(models.Model):
    """From when on a tenant was on which version of which tier, and who put it there."""

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="tier_changes"
    )
    version = models.ForeignKey(TierVersion, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.version_id}"


class TakeRecord(models.Model):
    """Our share of one sale of a tenant, as the tenant's own outbox told it; negative = given back.

    `key` says which of a subject's takes it is: its release, or one reversal.
    """

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField()
    event_id = models.UUIDField()
    module = models.CharField(max_length=20)
    subject = models.CharField(max_length=160)
    key = models.CharField(max_length=200, default="release")
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField()
    take_minor = models.BigIntegerField()
    rate_bps = models.PositiveIntegerField()
    tier_code = models.CharField(max_length=20)
    tier_version = models.PositiveIntegerField()
    accrued_at = models.DateTimeField()
    pulled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "event_id"], name="take_pulled_once"),
            models.UniqueConstraint(
                fields=["tenant_id", "subject", "key"], name="take_accrued_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "accrued_at"], name="take_of_tenant"),
            models.Index(fields=["-accrued_at", "-id"], name="take_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.take_minor} {self.currency}"
