"""Goods without a parcel: a protected file, licence keys, and who may fetch them how often."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenant_apps.ordering.lifecycle import DOWNLOAD
from tenant_apps.ordering.models.orders import OrderLine


class DigitalGood(models.Model):
    """What a variant's buyer gets; a limit or number of days of 0 means none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.OneToOneField(
        "catalog.Variant", on_delete=models.PROTECT, related_name="digital_good"
    )
    vendor_id = models.UUIDField(db_index=True)
    file_id = models.UUIDField(null=True)
    file_name = models.CharField(max_length=200, blank=True, default="")
    has_keys = models.BooleanField(default=False)
    download_limit = models.PositiveSmallIntegerField(default=5)
    valid_days = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(file_id__isnull=False) | Q(has_keys=True),
                name="digital_good_is_something",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or str(self.variant_id)


class DownloadGrant(models.Model):
    """One unit of a digital good as one buyer has it; its key, if any, points here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="downloads")
    unit = models.PositiveIntegerField()
    good = models.ForeignKey(DigitalGood, on_delete=models.PROTECT, related_name="grants")
    file_id = models.UUIDField(null=True)
    file_name = models.CharField(max_length=200, blank=True, default="")
    limit = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=40, default=DOWNLOAD.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            DOWNLOAD.constraint("download_state_known"),
            models.UniqueConstraint(fields=["line", "unit"], name="unit_granted_once"),
            models.CheckConstraint(
                condition=Q(limit=0) | Q(used__lte=F("limit")), name="downloads_within_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.used}/{self.limit} ({self.state})"


class DownloadGrantMove(Move):
    """One change of a grant's state."""

    subject = models.ForeignKey(DownloadGrant, on_delete=models.CASCADE, related_name="moves")


class LicenceKey(models.Model):
    """A key of the vendor's pool, encrypted; taken as soon as it belongs to a grant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    good = models.ForeignKey(DigitalGood, on_delete=models.CASCADE, related_name="keys")
    secret = models.TextField()
    fingerprint = models.CharField(max_length=64)
    grant = models.OneToOneField(
        DownloadGrant, on_delete=models.PROTECT, null=True, related_name="key"
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["good", "fingerprint"], name="licence_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["good", "id"], condition=Q(grant__isnull=True), name="free_licence_keys"
            ),
        ]

    def __str__(self) -> str:
        return f"key of {self.good_id}"


class Download(models.Model):
    """One fetch of a protected file."""

    rights = "append_only"

    grant = models.ForeignKey(DownloadGrant, on_delete=models.PROTECT, related_name="downloads")
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.grant_id} at {self.at}"
