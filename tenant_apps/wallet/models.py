"""What is set aside for a purchase under way, and top-ups on their way in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import Money
from tenant_apps.wallet.lifecycle import HOLD, TOP_UP


class Hold(models.Model):
    """An amount of stored value set aside for `subject`; the money is in the held account.

    `key` makes asking twice the same hold. A job gives back what nobody used by `expires_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=160, unique=True)
    source = models.CharField(max_length=120)
    subject = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=40, default=HOLD.initial)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            HOLD.constraint("hold_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="hold_of_something"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state=HOLD.initial), name="hold_expiring"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.source} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class HoldMove(Move):
    """One change of a hold's state."""

    subject = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="moves")


class TopUp(models.Model):
    """Money that a person pays into their wallet through a payment of subject wallet.top_up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=40, default=TOP_UP.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            TOP_UP.constraint("top_up_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="top_up_of_something"),
        ]
        indexes = [
            models.Index(
                fields=["user_id"], condition=Q(state=TOP_UP.initial), name="top_up_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("topup", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class TopUpMove(Move):
    """One change of a top-up's state."""

    subject = models.ForeignKey(TopUp, on_delete=models.CASCADE, related_name="moves")
