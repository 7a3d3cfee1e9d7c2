"""Where partners are paid, and each payment to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import Money
from shared_apps.kernel.pii import register_pii
from tenant_apps.settlement.lifecycle import DESTINATION, PAYOUT


class PayoutDestination(models.Model):
    """Where a partner wants the money; `details` is encrypted JSON, `hint` what may be shown.

    `provider_account` is the partner's account at a gateway, by which its news are recognised.
    """

    class Kind(models.TextChoices):
        STRIPE = "stripe"
        PAYPAL = "paypal"
        PAYSTACK = "paystack"
        FLUTTERWAVE = "flutterwave"
        BANK = "bank"
        WALLET = "wallet"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="payout_destinations"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    details = models.TextField()
    hint = models.CharField(max_length=120, blank=True, default="")
    provider_account = models.CharField(max_length=120, blank=True, default="")
    requirements = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=40, default=DESTINATION.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            DESTINATION.constraint("payout_destination_state_known"),
            models.UniqueConstraint(
                fields=["partner"],
                condition=~Q(state="retired"),
                name="one_payout_destination_per_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hint} ({self.state})"


class PayoutDestinationMove(Move):
    """One change of a destination's state."""

    subject = models.ForeignKey(PayoutDestination, on_delete=models.CASCADE, related_name="moves")


class PayoutBatch(models.Model):
    """The payouts made together: by one day's schedule, or by one click."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    actor = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="payout_batches_by_age")]

    def __str__(self) -> str:
        return self.key


class BankFile(models.Model):
    """A file for the operator's bank. What is in it is in no other one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    actor = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"bank file of {self.created_at}"

    @property
    def public_id(self) -> str:
        return public_id("bfile", self.id)


class Payout(models.Model):
    """Money on its way to a partner.

    `attempt` is part of the idempotency key: it rises only after the provider definitely did
    nothing. `method` is the kind of the destination when it was made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="payouts")
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="payouts"
    )
    destination = models.ForeignKey(
        PayoutDestination, on_delete=models.PROTECT, related_name="payouts"
    )
    method = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    provider_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=80, blank=True, default="")
    bank_file = models.ForeignKey(
        BankFile, on_delete=models.PROTECT, null=True, related_name="payouts"
    )
    state = models.CharField(max_length=40, default=PAYOUT.initial)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            PAYOUT.constraint("payout_state_known"),
            models.UniqueConstraint(
                fields=["batch", "partner", "currency"], name="one_payout_per_batch_and_partner"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_of_something"),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="payout_of_partner"),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["due", "processing"]),
                name="payout_unfinished",
            ),
            models.Index(
                fields=["provider_id"], condition=~Q(provider_id=""), name="payout_at_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.partner_id} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("pout", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PayoutMove(Move):
    """One change of a payout's state."""

    subject = models.ForeignKey(Payout, on_delete=models.CASCADE, related_name="moves")


register_pii("settlement.PayoutDestination", "details", "keep_for_law")
register_pii("settlement.PayoutDestination", "hint", "keep_for_law")
