"""Tenants, the hosts they answer on, and the history of both."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenants.lifecycle import TENANT


def default_modules() -> list[str]:
    return ["marketplace"]


class Tenant(TenantMixin):  # type: ignore[misc]
    """One isolated marketplace: a schema and a role with opaque names, and a slug on top.

    `entitlements` is the snapshot of the operator's tier version: {code, version,
    take_rates_bps, limits, features}. `epoch` rises with every change that routing must see.
    """

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=63)
    cluster = models.CharField(max_length=40, default="default")
    state = models.CharField(max_length=20, default=TENANT.initial)
    owner_email = models.EmailField()
    owner_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3, default="EUR")
    language = models.CharField(max_length=10, default="en-gb")
    modules = ArrayField(models.CharField(max_length=20), default=default_modules)
    entitlements: models.JSONField[Any, Any] = models.JSONField(default=dict)
    epoch = models.BigIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            TENANT.constraint("tenant_state_known"),
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[a-z0-9]([a-z0-9-]{1,38}[a-z0-9])$"),
                name="tenant_slug_is_a_host_label",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} ({self.state})"


class Domain(DomainMixin):  # type: ignore[misc]
    """A host, lower case and in its ASCII form, that answers for a tenant."""

    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(is_primary=True),
                name="tenant_has_one_primary_domain",
            ),
            models.CheckConstraint(
                condition=models.Q(domain__regex=r"^[a-z0-9.-]+$"), name="domain_is_normalised"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        # django-tenants would demote the other domains here; the constraint above and
        # tenants.domain decide instead.
        models.Model.save(self, *args, **kwargs)


class TenantMove(Move):
    """One change of a tenant's state."""

    subject = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="moves")
