"""The operator's accounts at gateways, payments with their splits, and refunds."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import Money
from shared_apps.kernel.pii import register_pii
from tenant_apps.payments.lifecycle import GATEWAY_ACCOUNT, PAYMENT, PAYMENT_OPEN, REFUND


class GatewayAccount(models.Model):
    """The operator's own account at a provider. Keys and webhook secrets are encrypted.

    `endpoint_token` is the unguessable part of the webhook's address. A retired account takes no
    new payments and still answers for its old ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    secret_key = models.TextField()
    key_hint = models.CharField(max_length=12, blank=True, default="")
    api_base = models.CharField(max_length=200, blank=True, default="")
    is_test = models.BooleanField()
    provider_account = models.CharField(max_length=120, blank=True, default="")
    endpoint_token = models.CharField(max_length=64, unique=True)
    webhook_secret = models.TextField(blank=True, default="")
    webhook_secret_before = models.TextField(blank=True, default="")
    state = models.CharField(max_length=40, default=GATEWAY_ACCOUNT.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            GATEWAY_ACCOUNT.constraint("gateway_account_state_known"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="active"), name="one_active_account_per_gateway"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_account} ({self.state})"


class GatewayAccountMove(Move):
    """One change of a gateway account's state."""

    subject = models.ForeignKey(GatewayAccount, on_delete=models.CASCADE, related_name="moves")


class Payment(models.Model):
    """One charge of one customer for one subject, split between the partners it is for.

    `reference` is our id at the provider, `provider_id` the provider's. `attempt` is part of the
    idempotency key: it rises only after the provider definitely did nothing. `lines` is what its page shows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=120)
    account = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="payments")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    customer_email = models.CharField(max_length=254, blank=True, default="")
    success_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    attempt = models.PositiveSmallIntegerField(default=1)
    provider_id = models.CharField(max_length=120, null=True, unique=True)
    charge_id = models.CharField(max_length=120, blank=True, default="")
    redirect_url = models.CharField(max_length=2000, blank=True, default="")
    failure_code = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=40, default=PAYMENT.initial)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            PAYMENT.constraint("payment_state_known"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(state__in=["created", "pending", "captured", "refunded"]),
                name="one_live_payment_per_subject",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("captured_minor")),
                name="refunded_within_captured",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=PAYMENT_OPEN),
                name="payment_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("pay", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PaymentMove(Move):
    """One change of a payment's state."""

    subject = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="moves")


class PaymentSplit(models.Model):
    """The part of a payment that is for one partner's share of the subject.

    The splits of a payment sum to it in every column (`books check`).
    """

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="splits")
    subject = models.CharField(max_length=120, unique=True)
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="payment_splits"
    )
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gte=0,
                    captured_minor__gte=0,
                    captured_minor__lte=F("amount_minor"),
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("captured_minor"),
                ),
                name="split_amounts_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.amount_minor}"


class Refund(models.Model):
    """Money on its way back for one split. `key` makes asking twice the same refund."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=160, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    split = models.ForeignKey(PaymentSplit, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    attempt = models.PositiveSmallIntegerField(default=1)
    provider_id = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=40, default=REFUND.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            REFUND.constraint("refund_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_of_something"),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["requested", "processing"]),
                name="refund_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"refund of {self.amount_minor} ({self.state})"


class RefundMove(Move):
    """One change of a refund's state."""

    subject = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="moves")


register_pii("payments.Payment", "customer_email", "pseudonymise")
