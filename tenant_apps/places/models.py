"""A person's addresses, and zones: named sets of places."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.pii import register_pii


class SavedAddress(models.Model):
    """One entry of a person's address book; one of them comes first by default."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_addresses"
    )
    name = models.CharField(max_length=120)
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True, default="")
    city = models.CharField(max_length=120)
    region = models.CharField(max_length=120, blank=True, default="")
    postcode = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=40, blank=True, default="")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"


class Zone(models.Model):
    """A named set of areas ("DE", "US-CA", "GB BT*"); without an owner it is the operator's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField(null=True, db_index=True)
    name = models.CharField(max_length=80)
    areas = ArrayField(models.CharField(max_length=80))
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "name"], nulls_distinct=False, name="zone_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


register_pii("places.SavedAddress", "name", "erase")
register_pii("places.SavedAddress", "line1", "erase")
register_pii("places.SavedAddress", "line2", "erase")
register_pii("places.SavedAddress", "city", "erase")
register_pii("places.SavedAddress", "region", "erase")
register_pii("places.SavedAddress", "postcode", "erase")
register_pii("places.SavedAddress", "phone", "erase")
