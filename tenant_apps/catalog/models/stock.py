"""Stock of a variant, every movement of it, and what is held for whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from tenant_apps.catalog.lifecycle import RESERVATION_STATES
from tenant_apps.catalog.models.products import Variant


class StockItem(models.Model):
    """Counters of one variant; each is the sum of its movements.

    on_hand is on the shelf, allocated of it sold and not yet shipped, reserved held by
    checkouts. Untracked items are always available and count nothing. `ran_low_at` is since when
    no more than `low_at` are available, `low_told_at` when the vendor last got a mail about it.
    """

    variant = models.OneToOneField(
        Variant, on_delete=models.CASCADE, primary_key=True, related_name="stock"
    )
    on_hand = models.IntegerField(default=0)
    allocated = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    is_tracked = models.BooleanField(default=True)
    allows_backorder = models.BooleanField(default=False)
    low_at = models.PositiveIntegerField(default=0)
    ran_low_at = models.DateTimeField(null=True)
    low_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(on_hand__gte=0, allocated__gte=0, reserved__gte=0),
                name="stock_counters_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(allows_backorder=True) | Q(on_hand__gte=F("reserved") + F("allocated")),
                name="stock_is_promised_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ran_low_at"], condition=Q(ran_low_at__isnull=False), name="stock_ran_low"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.on_hand} - {self.allocated} - {self.reserved}"

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated - self.reserved

    @property
    def in_stock(self) -> bool:
        return not self.is_tracked or self.allows_backorder or self.available > 0


class StockMovement(models.Model):
    """One change of the counters: what happened, by how much, because of what."""

    rights = "append_only"

    class Kind(models.TextChoices):
        RECEIVE = "receive"
        ADJUST = "adjust"
        RESERVE = "reserve"
        RELEASE = "release"
        SELL = "sell"
        CANCEL = "cancel"
        SHIP = "ship"
        RETURN = "return"
        WRITE_OFF = "write_off"

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on_hand = models.IntegerField(default=0)
    allocated = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    subject = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["variant", "-id"], name="movement_of_variant")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on_hand:+} {self.allocated:+} {self.reserved:+}"


class StockReservation(models.Model):
    """A quantity of a variant held for someone (a cart, an order) until a moment.

    `is_counted` says whether it moved the counters: untracked and backordered stock does not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.PositiveIntegerField()
    holder = models.CharField(max_length=120)
    state = models.CharField(max_length=10, default="active")
    is_counted = models.BooleanField(default=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="reservation_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=RESERVATION_STATES), name="reservation_state_known"
            ),
            models.UniqueConstraint(
                fields=["holder", "variant"],
                condition=Q(state="active"),
                name="one_active_hold_of_a_variant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state="active"), name="reservation_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant_id} for {self.holder}"
