"""What each partner earned, what was taken off it again, and what is frozen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenant_apps.settlement.lifecycle import EARNING
from tenant_apps.settlement.models.payouts import Payout


class Earning(models.Model):
    """What one partner earns by one subject (a vendor order), and what is taken out of it.

    The columns say what is left after every reduction; `released_minor` is the amount that became
    the partner's on release. gross + subsidy = amount + commission + commission tax + retained
    tax; the amount falls below zero where a commission is kept of money that went back. The take
    is the platform's part of the operator's money. `payout` is the one that carries it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=120, unique=True)
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="earnings"
    )
    module = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    subsidy_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField()
    commission_tax_minor = models.BigIntegerField(default=0)
    retained_tax_minor = models.BigIntegerField(default=0)
    tax_code = models.CharField(max_length=40, blank=True, default="")
    amount_minor = models.BigIntegerField()
    take_minor = models.BigIntegerField()
    take_bps = models.PositiveIntegerField()
    tier_code = models.CharField(max_length=40)
    tier_version = models.PositiveIntegerField()
    state = models.CharField(max_length=40, default=EARNING.initial)
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_minor = models.BigIntegerField(null=True)
    available_at = models.DateTimeField(null=True)
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, related_name="earnings")

    class Meta:
        constraints = [
            EARNING.constraint("earning_state_known"),
            models.CheckConstraint(
                condition=Q(
                    gross_minor=F("amount_minor")
                    + F("commission_minor")
                    + F("commission_tax_minor")
                    + F("retained_tax_minor")
                    - F("subsidy_minor"),
                    gross_minor__gte=0,
                    subsidy_minor__gte=0,
                    commission_minor__gte=0,
                    commission_tax_minor__gte=0,
                    retained_tax_minor__gte=0,
                    take_minor__gte=0,
                ),
                name="earning_parts_sum_to_the_gross",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="released",
                    released_at__isnull=False,
                    released_minor__isnull=False,
                    available_at__isnull=False,
                )
                | (~Q(state="released") & Q(payout__isnull=True)),
                name="only_released_earnings_are_paid_out",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at"], name="earning_of_partner"),
            models.Index(
                fields=["partner", "available_at"],
                condition=Q(state="released", payout=None),
                name="earning_not_paid_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.amount_minor} {self.currency} ({self.state})"


class EarningMove(Move):
    """One change of an earning's state."""

    subject = models.ForeignKey(Earning, on_delete=models.CASCADE, related_name="moves")


class EarningReduction(models.Model):
    """What a cancellation, refund or lost dispute took off an earning, once per key."""

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True)
    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="reductions")
    gross_minor = models.BigIntegerField()
    subsidy_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    commission_tax_minor = models.BigIntegerField()
    retained_tax_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    take_minor = models.BigIntegerField()
    is_after_release = models.BooleanField()
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    gross_minor=F("amount_minor")
                    + F("commission_minor")
                    + F("commission_tax_minor")
                    + F("retained_tax_minor")
                    - F("subsidy_minor"),
                    gross_minor__gte=0,
                    subsidy_minor__gte=0,
                    commission_minor__gte=0,
                    commission_tax_minor__gte=0,
                    retained_tax_minor__gte=0,
                    take_minor__gte=0,
                ),
                name="reduction_parts_sum_to_the_gross",
            ),
        ]

    def __str__(self) -> str:
        return f"-{self.amount_minor} ({self.key})"


class EarningFreeze(models.Model):
    """A dispute over the payment: the earning is not paid out until it is closed."""

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="freezes")
    dispute = models.CharField(max_length=120)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["earning", "dispute"], name="frozen_once_by_a_dispute"),
        ]

    def __str__(self) -> str:
        return f"{self.earning_id} by {self.dispute}"
