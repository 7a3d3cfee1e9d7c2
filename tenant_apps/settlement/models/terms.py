"""When partners get their share, and how they are paid."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from shared_apps.kernel.money import BASIS_POINTS


class SettlementTerms(models.Model):
    """The operator's terms for everybody; one row.

    `hold_days` pass between release and payout. `swept_through` is the last day whose schedule was
    carried out. `payer` is the operator's own bank account, encrypted JSON.
    """

    class LossBearer(models.TextChoices):
        BOTH = "both"
        VENDOR = "vendor"
        OPERATOR = "operator"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_released_at_payment = models.BooleanField(default=False)
    hold_days = models.PositiveSmallIntegerField(default=0)
    dispute_loss = models.CharField(
        max_length=10, choices=LossBearer.choices, default=LossBearer.BOTH
    )
    swept_through = models.DateField(null=True)
    payer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="settlement_terms_are_one"),
            models.CheckConstraint(
                condition=Q(dispute_loss__in=["both", "vendor", "operator"]),
                name="dispute_loss_bearer_known",
            ),
        ]

    def __str__(self) -> str:
        return "at payment" if self.is_released_at_payment else "at fulfilment"


class PayoutTerms(models.Model):
    """How often and from what amount on partners are paid; without a partner, for everybody.

    `minimums` maps a currency to minor units. `reserve_bps` of what was released in the last
    `reserve_days` stays with the operator.
    """

    class Schedule(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"
        BIWEEKLY = "biweekly"
        MONTHLY = "monthly"
        MANUAL = "manual"

    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, null=True, related_name="+"
    )
    schedule = models.CharField(max_length=10, choices=Schedule.choices)
    weekday = models.PositiveSmallIntegerField(default=0)
    minimums: models.JSONField[Any, Any] = models.JSONField(default=dict)
    reserve_bps = models.PositiveIntegerField(default=0)
    reserve_days = models.PositiveSmallIntegerField(default=90)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], nulls_distinct=False, name="payout_terms_once_per_partner"
            ),
            models.CheckConstraint(
                condition=Q(
                    schedule__in=["daily", "weekly", "biweekly", "monthly", "manual"],
                    weekday__lte=6,
                    reserve_bps__lte=BASIS_POINTS,
                ),
                name="payout_terms_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} for {self.partner_id or 'everybody'}"
