"""Invoices and credit notes: numbered without a gap, never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.pii import register_pii
from tenant_apps.ordering.models.orders import VendorOrder


class DocumentCounter(models.Model):
    """The latest number of one issuer's series in a year; locked by whoever takes the next."""

    issuer = models.CharField(max_length=60)
    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    latest = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "series", "year"], name="one_counter_per_series"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.series} {self.year}: {self.latest}"


class Document(models.Model):
    """One document as it was issued; `data` is all that it says, `sha256` that of its PDF.

    `subject` makes asking twice the same document; a credit note names what it corrects.
    """

    rights = "append_only"

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        COMMISSION_INVOICE = "commission"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    issuer = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=60)
    subject = models.CharField(max_length=160, unique=True)
    vendor_order = models.ForeignKey(
        VendorOrder, on_delete=models.PROTECT, null=True, related_name="documents"
    )
    partner_id = models.UUIDField()
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections"
    )
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    data: models.JSONField[Any, Any] = models.JSONField()
    file_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "kind", "year", "sequence"], name="document_number_once"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="document_numbers_from_one"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256_is_hex"
            ),
        ]
        indexes = [models.Index(fields=["partner_id", "-id"], name="document_of_partner")]

    def __str__(self) -> str:
        return self.number


register_pii("ordering.Document", "data", "keep_for_law")
