"""What somebody means to buy, from however many vendors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenant_apps.ordering.lifecycle import CART

QUANTITY_MAX = 999


class Cart(models.Model):
    """One open cart per customer, or per guest, whose cookie carries the signed `guest_key`.

    `version` rises with every change of the lines. `codes` are coupons as typed; `gift_cards` are
    [stored value's source, what is shown of the code] pairs: the code itself is not kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="carts"
    )
    guest_key = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=40, default=CART.initial)
    version = models.PositiveIntegerField(default=1)
    codes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    gift_cards: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            CART.constraint("cart_state_known"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state="open"), name="one_open_cart_per_customer"
            ),
            models.UniqueConstraint(
                fields=["guest_key"], condition=Q(state="open"), name="one_open_cart_per_guest"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest_key__isnull=True)
                | Q(user__isnull=True, guest_key__isnull=False),
                name="cart_is_a_customers_or_a_guests",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"


class CartMove(Move):
    """One change of a cart's state."""

    subject = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="moves")


class CartLine(models.Model):
    """A quantity of a variant; `price_seen_minor` is the unit price the customer last agreed to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.CASCADE, related_name="cart_lines"
    )
    quantity = models.PositiveIntegerField()
    price_seen_minor = models.BigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="variant_once_in_a_cart"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=QUANTITY_MAX),
                name="cart_quantity_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant_id}"
