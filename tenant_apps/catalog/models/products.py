"""Products, what varies of them, what they cost and how they look."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenant_apps.catalog.lifecycle import PRODUCT
from tenant_apps.catalog.models.categories import Category


class Product(models.Model):
    """Something a vendor sells, in one or more variants.

    `external_ref` is its id where it was imported from (`source`); `fingerprint` tells a
    re-import whether anything changed; `version` rises with every change (If-Match).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="products"
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="products"
    )
    title = models.CharField(max_length=300)
    slug = models.CharField(max_length=255, unique=True)
    summary = models.CharField(max_length=300, blank=True, default="")
    description_html = models.TextField(blank=True, default="")
    description_text = models.TextField(blank=True, default="")
    brand = models.CharField(max_length=120, blank=True, default="")
    product_type = models.CharField(max_length=120, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=120), default=list)
    attributes: models.JSONField[Any, Any] = models.JSONField(default=dict)
    is_digital = models.BooleanField(default=False)
    is_featured = models.BooleanField(default=False)
    tax_class = models.CharField(max_length=40, default="standard")
    state = models.CharField(max_length=40, default=PRODUCT.initial)
    source = models.CharField(max_length=20, blank=True, default="")
    external_ref = models.CharField(max_length=255, blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            PRODUCT.constraint("product_state_known"),
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="product_slug_is_a_slug",
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="product_has_a_title"),
            models.UniqueConstraint(
                fields=["vendor", "source", "external_ref"],
                condition=~models.Q(external_ref=""),
                name="product_imported_once",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "-created_at", "-id"], name="product_of_vendor"),
            models.Index(fields=["state", "-created_at", "-id"], name="product_by_state"),
        ]

    def __str__(self) -> str:
        return self.title


class ProductMove(Move):
    """One change of a product's state."""

    subject = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="moves")


class ProductImage(models.Model):
    """A picture: a stored file, or for now only the address it was imported with.

    `picture` holds what a page needs to draw it (widths, formats, dominant colour).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    position = models.PositiveIntegerField(default=0)
    alt = models.CharField(max_length=300, blank=True, default="")
    file_id = models.UUIDField(null=True)
    source_url = models.CharField(max_length=2000, blank=True, default="")
    picture: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file_id__isnull=False) | ~models.Q(source_url=""),
                name="product_image_has_a_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.position}"


class ProductOption(models.Model):
    """An axis along which the variants differ: Size with its values in order."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    values = ArrayField(models.CharField(max_length=255))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="option_has_its_place"),
        ]

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    """What is actually bought. `option_values` follows the product's options in order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    vendor = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="variants"
    )
    sku = models.CharField(max_length=120, blank=True, default="")
    option_values = ArrayField(models.CharField(max_length=255), default=list)
    barcode = models.CharField(max_length=60, blank=True, default="")
    weight_g = models.PositiveIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    image = models.ForeignKey(
        ProductImage, on_delete=models.SET_NULL, null=True, related_name="variants"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "sku"], condition=~models.Q(sku=""), name="sku_once_per_vendor"
            ),
            models.UniqueConstraint(
                fields=["product", "option_values"],
                condition=models.Q(is_active=True),
                name="variant_of_one_combination",
            ),
        ]

    def __str__(self) -> str:
        return " / ".join(self.option_values) or self.sku


class VariantPrice(models.Model):
    """The price of a variant in one currency, in minor units."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="one_price_per_currency"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0), name="price_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(compare_at_minor__isnull=True)
                | models.Q(compare_at_minor__gt=models.F("amount_minor")),
                name="compare_at_is_above_the_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"


class PriceChange(models.Model):
    """A price from the moment it was set: the lowest of 30 days comes from here (Omnibus)."""

    rights = "append_only"

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="price_changes")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["variant", "currency", "-at"], name="price_history")]
