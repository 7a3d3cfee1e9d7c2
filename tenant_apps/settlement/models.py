"""The rules of the operator's commission, and what each partner earned."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import BASIS_POINTS
from tenant_apps.settlement.lifecycle import EARNING


class CommissionRule(models.Model):
    """One rule in the operator's order; the first that fits a line decides its commission.

    `target` is the vendor's or product's id, or the category's path; a rule for one of these
    without a target cannot be stored, so that a broken rule never widens to everything.
    """

    class Kind(models.TextChoices):
        VENDOR = "vendor"
        CATEGORY = "category"
        PRODUCT = "product"
        DEFAULT = "default"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    target = models.CharField(max_length=700, blank=True, default="")
    bps = models.PositiveIntegerField()
    fixed_minor = models.PositiveBigIntegerField(default=0)
    fixed_currency = models.CharField(max_length=3, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="default", target="") | (~Q(kind="default") & ~Q(target="")),
                name="commission_rule_has_its_target",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["vendor", "category", "product", "default"]),
                name="commission_rule_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(bps__lte=BASIS_POINTS), name="commission_at_most_everything"
            ),
            models.CheckConstraint(
                condition=Q(fixed_minor=0) | ~Q(fixed_currency=""),
                name="commission_fixed_part_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Earning(models.Model):
    """What one partner earns by one subject (a vendor order), and what was taken out of it.

    gross = amount + commission + tax; the take is the platform's part of the operator's money.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=120, unique=True)
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="earnings"
    )
    module = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    tax_code = models.CharField(max_length=40, blank=True, default="")
    amount_minor = models.BigIntegerField()
    take_minor = models.BigIntegerField()
    take_bps = models.PositiveIntegerField()
    tier_code = models.CharField(max_length=40)
    tier_version = models.PositiveIntegerField()
    state = models.CharField(max_length=40, default=EARNING.initial)
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            EARNING.constraint("earning_state_known"),
            models.CheckConstraint(
                condition=Q(
                    gross_minor=F("amount_minor") + F("commission_minor") + F("tax_minor"),
                    amount_minor__gte=0,
                    commission_minor__gte=0,
                    tax_minor__gte=0,
                    take_minor__gte=0,
                ),
                name="earning_parts_sum_to_the_gross",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at"], name="earning_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.amount_minor} {self.currency} ({self.state})"


class EarningMove(Move):
    """One change of an earning's state."""

    subject = models.ForeignKey(Earning, on_delete=models.CASCADE, related_name="moves")


class SettlementTerms(models.Model):
    """The operator's terms for everybody; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_released_at_payment = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="settlement_terms_are_one")]

    def __str__(self) -> str:
        return "at payment" if self.is_released_at_payment else "at fulfilment"
