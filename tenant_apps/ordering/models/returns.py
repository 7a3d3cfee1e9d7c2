"""What customers send back, have exchanged, or complain about."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.pii import register_pii
from tenant_apps.ordering.lifecycle import CLAIM, CLAIM_OPEN, RETURN, RETURN_OPEN
from tenant_apps.ordering.models.orders import OrderLine, VendorOrder


class Return(models.Model):
    """Goods on their way back to one vendor, for the money or for another variant."""

    class Reason(models.TextChoices):
        UNWANTED = "unwanted"
        DAMAGED = "damaged"
        WRONG_ITEM = "wrong_item"
        NOT_AS_DESCRIBED = "not_as_described"

    class Wanted(models.TextChoices):
        REFUND = "refund"
        EXCHANGE = "exchange"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=24, unique=True)
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="returns")
    vendor_id = models.UUIDField()
    reason = models.CharField(max_length=20, choices=Reason.choices)
    wanted = models.CharField(max_length=10, choices=Wanted.choices)
    note = models.TextField(max_length=2000, blank=True, default="")
    answer = models.TextField(max_length=2000, blank=True, default="")
    is_vendors_fault = models.BooleanField(default=False)
    refund_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=40, default=RETURN.initial)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            RETURN.constraint("return_state_known"),
            models.CheckConstraint(
                condition=Q(refund_minor__gte=0, fee_minor__gte=0), name="return_amounts_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-created_at", "-id"], name="return_of_vendor"),
            models.Index(
                fields=["changed_at"], condition=Q(state__in=RETURN_OPEN), name="return_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.state})"


class ReturnMove(Move):
    """One change of a return's state."""

    subject = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="moves")


class ReturnLine(models.Model):
    """How many of a line come back, and what became of them when they were looked at."""

    returned = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="return_lines")
    quantity = models.PositiveIntegerField()
    restocked_quantity = models.PositiveIntegerField(default=0)
    written_off_quantity = models.PositiveIntegerField(default=0)
    refused_quantity = models.PositiveIntegerField(default=0)
    replacement = models.ForeignKey(
        "catalog.Variant", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["returned", "line"], name="line_once_in_a_return"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1)
                & Q(
                    quantity__gte=F("restocked_quantity")
                    + F("written_off_quantity")
                    + F("refused_quantity")
                ),
                name="return_line_is_looked_at_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class Claim(models.Model):
    """A complaint that the operator decides: it never arrived, or not as it should."""

    class Kind(models.TextChoices):
        NEVER_ARRIVED = "never_arrived"
        DAMAGED = "damaged"
        WRONG_ITEM = "wrong_item"
        MISSING = "missing"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=24, unique=True)
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="claims")
    vendor_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    note = models.TextField(max_length=2000, blank=True, default="")
    vendor_answer = models.TextField(max_length=2000, blank=True, default="")
    decision_note = models.TextField(max_length=2000, blank=True, default="")
    refund_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=40, default=CLAIM.initial)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            CLAIM.constraint("claim_state_known"),
            models.UniqueConstraint(
                fields=["vendor_order"],
                condition=Q(state__in=CLAIM_OPEN),
                name="one_open_claim_per_vendor_order",
            ),
            models.CheckConstraint(condition=Q(refund_minor__gte=0), name="claim_refund_positive"),
        ]
        indexes = [models.Index(fields=["state", "-created_at", "-id"], name="claim_by_state")]

    def __str__(self) -> str:
        return f"{self.number} ({self.state})"


class ClaimMove(Move):
    """One change of a claim's state."""

    subject = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="moves")


class ClaimLine(models.Model):
    """How many of a line a claim is about."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="claim_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "line"], name="line_once_in_a_claim"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="claim_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


register_pii("ordering.Return", "note", "erase")
register_pii("ordering.Claim", "note", "erase")
