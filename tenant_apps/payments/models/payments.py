"""Payments and how each is divided between those it is for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import Money
from shared_apps.kernel.pii import register_pii
from tenant_apps.payments.lifecycle import PAYMENT, PAYMENT_LIVE, PAYMENT_OPEN
from tenant_apps.payments.models.methods import GATEWAYS, OFFLINE, STORED


class Payment(models.Model):
    """One means by which one customer pays for one subject, split between those it is for.

    `method` is a gateway's kind (then `account` says which of the operator's), an offline method
    or stored value (then `source` is its ledger account and `hold_id` what was set aside of it). `reference` is our id at the provider and
    on a bank transfer, `provider_id` the provider's. `attempt` is part of the idempotency key: it
    rises only after the provider definitely did nothing. `lines` is what its page shows. `pay_to` is
    the account number that this payment alone is paid to. `is_surplus`: the money came although
    the subject had been paid otherwise, and goes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=120)
    method = models.CharField(max_length=20)
    account = models.ForeignKey(
        "payments.GatewayAccount", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    source = models.CharField(max_length=120, blank=True, default="")
    hold_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    authorised_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    customer_email = models.CharField(max_length=254, blank=True, default="")
    success_url = models.CharField(max_length=500, blank=True, default="")
    cancel_url = models.CharField(max_length=500, blank=True, default="")
    attempt = models.PositiveSmallIntegerField(default=1)
    captures_when_placed = models.BooleanField(default=False)
    capture_planned_at = models.DateTimeField(null=True)
    saves_method = models.BooleanField(default=False)
    saved_method = models.ForeignKey(
        "payments.SavedMethod", on_delete=models.SET_NULL, null=True, related_name="payments"
    )
    provider_id = models.CharField(max_length=120, null=True, unique=True)
    charge_id = models.CharField(max_length=120, blank=True, default="")
    redirect_url = models.CharField(max_length=2000, blank=True, default="")
    pay_to = models.CharField(max_length=60, blank=True, default="")
    failure_code = models.CharField(max_length=80, blank=True, default="")
    is_surplus = models.BooleanField(default=False)
    state = models.CharField(max_length=40, default=PAYMENT.initial)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            PAYMENT.constraint("payment_state_known"),
            models.UniqueConstraint(
                fields=["subject", "method", "source"],
                condition=Q(state__in=PAYMENT_LIVE, is_surplus=False),
                name="one_live_payment_per_method",
            ),
            models.UniqueConstraint(
                fields=["pay_to"],
                condition=Q(state__in=PAYMENT_OPEN) & ~Q(pay_to=""),
                name="account_number_for_one_payment",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("captured_minor")),
                name="refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(method__in=GATEWAYS, account__isnull=False, source="")
                | Q(method__in=OFFLINE, account__isnull=True, source="")
                | (Q(method__in=STORED, account__isnull=True) & ~Q(source="")),
                name="payment_method_has_what_it_needs",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=PAYMENT_OPEN),
                name="payment_unsettled",
            ),
            models.Index(fields=["subject"], name="payment_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("pay", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_stored(self) -> bool:
        return self.method in STORED

    @property
    def is_offline(self) -> bool:
        return self.method in OFFLINE

    @property
    def clearing(self) -> str:
        """The ledger account that holds what came by this method; stored value is in our books."""
        return f"clearing:{self.method}"


class PaymentMove(Move):
    """One change of a payment's state."""

    subject = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="moves")


class PaymentSplit(models.Model):
    """The part of a payment that is for one partner's share of the subject (or for the operator).

    The splits of a payment sum to it in every column (`books check`). `waived_minor` is what will
    not be collected any more, `disputed_minor` what a bank took back or may take back. `credit` is the
    account that captured money goes to: escrow, unless somebody bought stored value.
    """

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="splits")
    subject = models.CharField(max_length=120)
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, null=True, related_name="payment_splits"
    )
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    waived_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    disputed_minor = models.BigIntegerField(default=0)
    credit = models.CharField(max_length=120, default="escrow")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "subject"], name="one_split_per_subject"),
            models.CheckConstraint(
                condition=Q(
                    captured_minor__gte=0,
                    waived_minor__gte=0,
                    amount_minor__gte=F("captured_minor") + F("waived_minor"),
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("captured_minor"),
                    disputed_minor__gte=0,
                    disputed_minor__lte=F("captured_minor"),
                ),
                name="split_amounts_in_order",
            ),
        ]
        indexes = [models.Index(fields=["subject"], name="split_of_subject")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.amount_minor}"

    @property
    def to_collect_minor(self) -> int:
        return self.amount_minor - self.captured_minor - self.waived_minor


register_pii("payments.Payment", "customer_email", "pseudonymise")
