"""How a vendor order goes on its way, what of it was undone, and the operator's terms for both."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import BASIS_POINTS
from tenant_apps.ordering.lifecycle import FULFILMENT
from tenant_apps.ordering.models.orders import OrderLine, VendorOrder


class Fulfilment(models.Model):
    """One parcel (or hand-over, or download) of a vendor order; a vendor order may need several."""

    class Kind(models.TextChoices):
        SALE = "sale"
        REPLACEMENT = "replacement"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_order = models.ForeignKey(
        VendorOrder, on_delete=models.CASCADE, related_name="fulfilments"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SALE)
    subject = models.CharField(max_length=120, blank=True, default="")
    carrier = models.CharField(max_length=80, blank=True, default="")
    tracking_number = models.CharField(max_length=120, blank=True, default="")
    tracking_url = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=40, default=FULFILMENT.initial)
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [FULFILMENT.constraint("fulfilment_state_known")]
        indexes = [models.Index(fields=["vendor_order", "id"], name="fulfilment_of_part")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number} ({self.state})"


class FulfilmentMove(Move):
    """One change of a fulfilment's state."""

    subject = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="moves")


class FulfilmentLine(models.Model):
    """How many of an order line are in a parcel."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="fulfilment_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fulfilment", "line"], name="line_once_in_a_parcel"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parcel_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class Reversal(models.Model):
    """What was undone of a line, or (without a line) of the delivery, to the cent.

    Of `gross_minor` the customer gets back all but `fee_minor`; the rest says how much less vendor,
    operator and tax office have. Reversals made together share their `batch`.
    """

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.UUIDField(db_index=True)
    vendor_order = models.ForeignKey(
        VendorOrder, on_delete=models.PROTECT, related_name="reversals"
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, null=True, related_name="reversals"
    )
    kind = models.CharField(max_length=20)
    quantity = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    subsidy_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField(default=0)
    commission_tax_minor = models.BigIntegerField(default=0)
    retained_tax_minor = models.BigIntegerField(default=0)
    take_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "line"], name="line_once_in_a_reversal", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(
                    gross_minor__gte=0,
                    tax_minor__gte=0,
                    subsidy_minor__gte=0,
                    commission_minor__gte=0,
                    commission_tax_minor__gte=0,
                    retained_tax_minor__gte=0,
                    take_minor__gte=0,
                    fee_minor__gte=0,
                    fee_minor__lte=F("gross_minor"),
                ),
                name="reversal_amounts_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.gross_minor} {self.currency}"


class AfterSalesTerms(models.Model):
    """The operator's deadlines and conduct after a sale; one row. Days of 0 switch a timer off."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    silent_days = models.PositiveSmallIntegerField(default=7)
    delivery_days = models.PositiveSmallIntegerField(default=14)
    return_days = models.PositiveSmallIntegerField(default=14)
    answer_days = models.PositiveSmallIntegerField(default=5)
    send_back_days = models.PositiveSmallIntegerField(default=21)
    restocking_bps = models.PositiveIntegerField(default=0)
    is_delivery_refunded = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="after_sales_terms_are_one"),
            models.CheckConstraint(
                condition=Q(restocking_bps__lte=BASIS_POINTS), name="restocking_at_most_everything"
            ),
        ]

    def __str__(self) -> str:
        return f"returns within {self.return_days} days"
