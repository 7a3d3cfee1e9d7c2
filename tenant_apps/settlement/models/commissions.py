"""The rules of the operator's commission."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import BASIS_POINTS


class CommissionRule(models.Model):
    """One rule in the operator's order; the first that fits a line decides its commission.

    `target` is the vendor's or product's id, or the category's path; a rule for one of these
    without a target cannot be stored, so that a broken rule never widens to everything.
    `is_on_delivery`: the percentage is taken of the delivery's price too. `fee_tax_bps` is the tax
    the operator charges with this commission; null is its usual rate (ordering's taxes).
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
    is_on_delivery = models.BooleanField(default=False)
    fee_tax_bps = models.PositiveIntegerField(null=True)
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
                condition=Q(bps__lte=BASIS_POINTS)
                & (Q(fee_tax_bps=None) | Q(fee_tax_bps__lte=BASIS_POINTS)),
                name="commission_at_most_everything",
            ),
            models.CheckConstraint(
                condition=Q(fixed_minor=0) | ~Q(fixed_currency=""),
                name="commission_fixed_part_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name
