"""What decides the price of a sale besides the goods: taxes, ways of delivery, a vendor's terms."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import BASIS_POINTS


class TaxSettings(models.Model):
    """The operator's choices about tax; one row.

    `default_bps` holds where no zone fits; `fee_tax_bps` is the tax on the operator's commission.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    prices_include_tax = models.BooleanField(default=True)
    home_country = models.CharField(max_length=2, blank=True, default="")
    default_name = models.CharField(max_length=80, blank=True, default="")
    default_bps = models.PositiveIntegerField(default=0)
    delivery_class = models.CharField(max_length=40, default="standard")
    fee_tax_bps = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="tax_settings_are_one"),
            models.CheckConstraint(
                condition=Q(default_bps__lte=BASIS_POINTS, fee_tax_bps__lte=BASIS_POINTS),
                name="tax_at_most_everything",
            ),
        ]

    def __str__(self) -> str:
        return "tax included" if self.prices_include_tax else "tax added"


class TaxZone(models.Model):
    """Where the same rates hold; the zone that describes an address most closely decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=80, unique=True)
    areas = ArrayField(models.CharField(max_length=80))
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """The rate of one class of goods in one zone; a class without one bears the zone's standard."""

    zone = models.ForeignKey(TaxZone, on_delete=models.CASCADE, related_name="rates")
    tax_class = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    bps = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "tax_class"], name="one_rate_per_class"),
            models.CheckConstraint(
                condition=Q(bps__lte=BASIS_POINTS), name="tax_rate_at_most_everything"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.bps}"


class SellingTerms(models.Model):
    """What holds for one vendor's sales; a vendor without a row sells under the ordinary terms.

    With `is_operator_liable` the operator is the deemed supplier: it keeps the tax and remits it.
    """

    vendor = models.OneToOneField(
        "partners.Partner",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="selling_terms",
    )
    currency = models.CharField(max_length=3)
    minimum_order_minor = models.PositiveBigIntegerField(default=0)
    is_operator_liable = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"from {self.minimum_order_minor} {self.currency}"


class DeliveryMethod(models.Model):
    """A way in which a vendor's goods reach people; without a vendor it is the operator's default.

    The operator's hold for every vendor who has none of their own.
    """

    class Kind(models.TextChoices):
        SHIPPING = "shipping"
        PICKUP = "pickup"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, null=True, related_name="delivery_methods"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True, default="")
    currency = models.CharField(max_length=3)
    days_min = models.PositiveSmallIntegerField(null=True)
    days_max = models.PositiveSmallIntegerField(null=True)
    position = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["shipping", "pickup"]), name="delivery_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(days_min__isnull=True, days_max__isnull=True)
                | Q(days_max__gte=F("days_min")),
                name="delivery_days_in_order",
            ),
        ]
        indexes = [models.Index(fields=["vendor", "position"], name="delivery_of_vendor")]

    def __str__(self) -> str:
        return self.name


class DeliveryRate(models.Model):
    """What a method costs in one zone (none: everywhere) up to a weight (none: any).

    Of the rates whose zone fits, those of the closest zone hold; the lightest band that holds the
    parcel decides. `free_from_minor` is the value of goods from which it is free.
    """

    method = models.ForeignKey(DeliveryMethod, on_delete=models.CASCADE, related_name="rates")
    zone = models.ForeignKey(
        "places.Zone", on_delete=models.PROTECT, null=True, related_name="delivery_rates"
    )
    up_to_g = models.PositiveIntegerField(null=True)
    price_minor = models.PositiveBigIntegerField()
    free_from_minor = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["method", "zone", "up_to_g"],
                nulls_distinct=False,
                name="one_rate_per_zone_and_band",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_minor} up to {self.up_to_g} g"
