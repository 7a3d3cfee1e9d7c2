"""One order per purchase, one vendor order per vendor in it, everything about them frozen."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.pii import register_pii
from tenant_apps.ordering.lifecycle import ORDER, ORDER_OPEN, VENDOR_ORDER, VENDOR_ORDER_TIMED
from tenant_apps.ordering.models.carts import Cart

# What the customer pays and the operator adds is what vendor, operator and tax office get.
SHARED_OUT = Q(
    earning_minor=F("total_minor")
    + F("subsidy_minor")
    - F("commission_minor")
    - F("commission_tax_minor")
    - F("retained_tax_minor")
)


class Order(models.Model):
    """What one customer buys and pays at once.

    `state` is how far the checkout got; the status of the whole is derived. `fingerprint` covers
    all that was agreed, so that asking again for the same continues instead of starting anew.
    `discounts` tells which codes took off how much; `tax_added_minor` is the part of the tax that
    the prices did not include.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=24, unique=True)
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, related_name="orders")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="orders"
    )
    guest_key = models.UUIDField(null=True)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40, blank=True, default="")
    address: models.JSONField[Any, Any] = models.JSONField()
    billing_address: models.JSONField[Any, Any] = models.JSONField(null=True)
    language = models.CharField(max_length=10, blank=True, default="")
    currency = models.CharField(max_length=3)
    prices_include_tax = models.BooleanField(default=True)
    subtotal_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    discounts: models.JSONField[Any, Any] = models.JSONField(default=list)
    tax_minor = models.BigIntegerField(default=0)
    tax_added_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    payment_method = models.CharField(max_length=20, blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=40, default=ORDER.initial)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ORDER.constraint("order_state_known"),
            # Browser, webhook and a second tab may all finish the same cart: one of them does.
            models.UniqueConstraint(
                fields=["cart"],
                condition=Q(state__in=["draft", "placed"]),
                name="one_live_order_per_cart",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("subtotal_minor")
                    + F("delivery_minor")
                    - F("discount_minor")
                    + F("tax_added_minor")
                ),
                name="order_total_is_its_parts",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="order_of_customer"),
            models.Index(fields=["state", "-created_at", "-id"], name="order_by_state"),
            models.Index(
                fields=["expires_at"], condition=Q(state__in=ORDER_OPEN), name="order_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.state})"


class OrderMove(Move):
    """One change of an order's state."""

    subject = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="moves")


class VendorOrder(models.Model):
    """One vendor's part of an order: what they send, and what they earn by it.

    Every amount is the sum of the lines and of the delivery, whose own are kept beside.
    `retained_tax_minor` is the tax that the operator remits for the vendor.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="vendor_orders")
    number = models.CharField(max_length=28, unique=True)
    vendor = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="vendor_orders"
    )
    vendor_name = models.CharField(max_length=120)
    delivery_method = models.CharField(max_length=40)
    delivery_name = models.CharField(max_length=80)
    delivery_days = models.CharField(max_length=20, blank=True, default="")
    is_pickup = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    subtotal_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField(default=0)
    delivery_discount_minor = models.BigIntegerField(default=0)
    delivery_subsidy_minor = models.BigIntegerField(default=0)
    delivery_tax_name = models.CharField(max_length=80, blank=True, default="")
    delivery_tax_jurisdiction = models.CharField(max_length=80, blank=True, default="")
    delivery_tax_bps = models.PositiveIntegerField(default=0)
    delivery_tax_minor = models.BigIntegerField(default=0)
    delivery_tax_added_minor = models.BigIntegerField(default=0)
    delivery_retained_tax_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    subsidy_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    tax_added_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    commission_tax_minor = models.BigIntegerField(default=0)
    retained_tax_minor = models.BigIntegerField(default=0)
    take_minor = models.BigIntegerField()
    earning_minor = models.BigIntegerField()
    state = models.CharField(max_length=40, default=VENDOR_ORDER.initial)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    refunded_minor = models.BigIntegerField(default=0)
    delivery_refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    delivery_refunded_minor__gte=0,
                    delivery_refunded_minor__lte=F("refunded_minor"),
                    refunded_minor__lte=F("total_minor"),
                ),
                name="vendor_order_refunded_within_total",
            ),
            VENDOR_ORDER.constraint("vendor_order_state_known"),
            models.UniqueConstraint(fields=["order", "vendor"], name="one_vendor_order_per_vendor"),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("subtotal_minor")
                    + F("delivery_minor")
                    - F("discount_minor")
                    + F("tax_added_minor")
                ),
                name="vendor_order_total_is_its_parts",
            ),
            models.CheckConstraint(
                condition=SHARED_OUT,
                name="vendor_order_total_is_shared_out",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "-created_at", "-id"], name="vendor_order_of_vendor"),
            models.Index(
                fields=["state", "confirmed_at"],
                condition=Q(state__in=VENDOR_ORDER_TIMED),
                name="vendor_order_timers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.state})"


class VendorOrderMove(Move):
    """One change of a vendor order's state."""

    subject = models.ForeignKey(VendorOrder, on_delete=models.CASCADE, related_name="moves")


class OrderLine(models.Model):
    """A variant as it was sold: name, price, discount, tax, commission and take, frozen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.PROTECT, related_name="order_lines"
    )
    product_id = models.UUIDField()
    product_slug = models.CharField(max_length=255)
    category_path = models.CharField(max_length=700, blank=True, default="")
    title = models.CharField(max_length=300)
    variant_title = models.CharField(max_length=300, blank=True, default="")
    sku = models.CharField(max_length=120, blank=True, default="")
    is_digital = models.BooleanField(default=False)
    weight_g = models.PositiveIntegerField(null=True)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    subtotal_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    subsidy_minor = models.BigIntegerField(default=0)
    tax_class = models.CharField(max_length=40)
    tax_name = models.CharField(max_length=80, blank=True, default="")
    tax_jurisdiction = models.CharField(max_length=80, blank=True, default="")
    tax_bps = models.PositiveIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    tax_added_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    commission_rule_id = models.UUIDField(null=True)
    commission_rule_name = models.CharField(max_length=120)
    commission_bps = models.PositiveIntegerField()
    commission_fixed_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField()
    commission_tax_bps = models.PositiveIntegerField(default=0)
    commission_tax_minor = models.BigIntegerField(default=0)
    retained_tax_minor = models.BigIntegerField(default=0)
    take_bps = models.PositiveIntegerField()
    take_minor = models.BigIntegerField()
    tier_code = models.CharField(max_length=40)
    tier_version = models.PositiveIntegerField()
    earning_minor = models.BigIntegerField()
    cancelled_quantity = models.PositiveIntegerField(default=0)
    shipped_quantity = models.PositiveIntegerField(default=0)
    returned_quantity = models.PositiveIntegerField(default=0)
    exchanged_quantity = models.PositiveIntegerField(default=0)
    refunded_quantity = models.PositiveIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor_order", "variant"], name="variant_once_in_an_order"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("cancelled_quantity") + F("shipped_quantity"))
                & Q(shipped_quantity__gte=F("returned_quantity"))
                & Q(returned_quantity__gte=F("exchanged_quantity"))
                & Q(quantity__gte=F("refunded_quantity") + F("exchanged_quantity"))
                & Q(refunded_quantity__gte=F("cancelled_quantity")),
                name="order_line_quantities_in_order",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("total_minor")),
                name="order_line_refunded_within_total",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_of_something"),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("subtotal_minor") - F("discount_minor") + F("tax_added_minor")
                ),
                name="order_line_total_is_its_parts",
            ),
            models.CheckConstraint(
                condition=SHARED_OUT,
                name="order_line_is_shared_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"


class OrderEvent(models.Model):
    """One entry of an order's timeline; one of a vendor order is for that vendor too."""

    rights = "append_only"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    vendor_order = models.ForeignKey(
        VendorOrder, on_delete=models.PROTECT, null=True, related_name="events"
    )
    kind = models.CharField(max_length=40)
    actor = models.CharField(max_length=120)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["order", "id"], name="timeline_of_order")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


register_pii("ordering.Order", "email", "pseudonymise")
register_pii("ordering.Order", "phone", "erase")
register_pii("ordering.Order", "address", "keep_for_law")
register_pii("ordering.Order", "billing_address", "keep_for_law")
