"""Money on its way back: refunds we send, disputes in which a bank takes it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import Money
from tenant_apps.payments.lifecycle import DISPUTE, REFUND, REFUND_OPEN
from tenant_apps.payments.models.payments import Payment, PaymentSplit


class Refund(models.Model):
    """Money on its way back for one split. `key` makes asking twice the same refund.

    Asking for more than one tender gave makes one refund for each; `request` is the key they share.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=170, unique=True)
    request = models.CharField(max_length=160)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    split = models.ForeignKey(PaymentSplit, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    attempt = models.PositiveSmallIntegerField(default=1)
    provider_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=40, default=REFUND.initial)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            REFUND.constraint("refund_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_of_something"),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=REFUND_OPEN),
                name="refund_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"refund of {self.amount_minor} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("ref", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.payment.currency)


class RefundMove(Move):
    """One change of a refund's state."""

    subject = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="moves")


class Dispute(models.Model):
    """A customer's bank wants the money back; the provider decides after hearing us.

    `withdrawn_minor` is what the provider has taken from the operator, `reinstated_minor` what it
    gave back, `fee_minor` what it charges for the dispute. `evidence` is what the operator wrote.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider_id = models.CharField(max_length=120, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    withdrawn_minor = models.BigIntegerField(default=0)
    reinstated_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=80, blank=True, default="")
    evidence = models.TextField(blank=True, default="")
    evidence_due_at = models.DateTimeField(null=True)
    evidence_sent_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=40, default=DISPUTE.initial)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            DISPUTE.constraint("dispute_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.amount_minor} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("disp", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class DisputeMove(Move):
    """One change of a dispute's state."""

    subject = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="moves")


class DisputePart(models.Model):
    """What of a dispute falls on one split. The parts sum to it."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="parts")
    split = models.ForeignKey(PaymentSplit, on_delete=models.PROTECT, related_name="disputes")
    amount_minor = models.BigIntegerField()
    recovered_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "split"], name="one_part_per_split"),
            models.CheckConstraint(
                condition=Q(recovered_minor__gte=0, recovered_minor__lte=models.F("amount_minor")),
                name="recovered_within_dispute",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.split_id}: {self.amount_minor}"
