"""The ways to pay: what the operator says of each, and what customers keep for the next time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.pii import register_pii

GATEWAYS = ("stripe", "paypal", "paystack", "flutterwave")
OFFLINE = ("bank_transfer", "virtual_account", "cash")
STORED = ("wallet", "gift_card")
METHODS = (*GATEWAYS, *OFFLINE, *STORED)
DAYS_TO_PAY = 7
DAYS_MAX = 60


class MethodTerms(models.Model):
    """How the operator offers one way to pay; a method without a row has the default terms.

    `account_numbers` are the numbers of a virtual account: each open payment has one to itself.
    `captures_when_placed`: the card is only authorised at first (gateways that can).
    """

    method = models.CharField(primary_key=True, max_length=20)
    is_on = models.BooleanField(default=False)
    instructions = models.TextField(blank=True, default="")
    days_to_pay = models.PositiveSmallIntegerField(default=DAYS_TO_PAY)
    account_numbers: models.JSONField[Any, Any] = models.JSONField(default=list)
    countries: models.JSONField[Any, Any] = models.JSONField(default=list)
    captures_when_placed = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(method__in=METHODS), name="method_known"),
            models.CheckConstraint(
                condition=Q(days_to_pay__gte=1, days_to_pay__lte=DAYS_MAX), name="days_to_pay_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} ({'on' if self.is_on else 'off'})"


class GatewayCustomer(models.Model):
    """Who a customer is at a provider; made when they first let it keep a card."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gateway_customers"
    )
    account = models.ForeignKey(
        "payments.GatewayAccount", on_delete=models.PROTECT, related_name="customers"
    )
    provider_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "account"], name="one_customer_per_gateway"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.provider_id}"


class SavedMethod(models.Model):
    """A card the provider keeps for a customer: its token there and what may be shown of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_methods"
    )
    account = models.ForeignKey(
        "payments.GatewayAccount", on_delete=models.PROTECT, related_name="saved_methods"
    )
    customer = models.CharField(max_length=200, blank=True, default="")
    token = models.CharField(max_length=200)
    brand = models.CharField(max_length=40, blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, default="")
    expires = models.CharField(max_length=7, blank=True, default="")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account", "token"], name="method_is_saved_once"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_method"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}"

    @property
    def public_id(self) -> str:
        return public_id("pm", self.id)


register_pii("payments.GatewayCustomer", "provider_id", "erase")
register_pii("payments.SavedMethod", "token", "erase")
register_pii("payments.SavedMethod", "last4", "erase")
