"""What comparing our books with a provider's statement found."""

from __future__ import annotations

from django.db import models

from shared_apps.kernel.money import Money
from tenant_apps.payments.models.accounts import GatewayAccount

DIFFERENCES = ("missing_here", "missing_there", "amount", "fee", "unknown")


class ReconciledDay(models.Model):
    """One day of an account in one currency: what we booked on its clearing, what was reported."""

    account = models.ForeignKey(GatewayAccount, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    currency = models.CharField(max_length=3)
    booked_minor = models.BigIntegerField()
    reported_minor = models.BigIntegerField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "date", "currency"], name="day_reconciled_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.currency}: {self.booked_minor} / {self.reported_minor}"


class Discrepancy(models.Model):
    """One thing that our books and the provider's statement tell differently, until they agree.

    `key` names the thing (`payment:<id>`, `refund:<id>`, `dispute:<id>`, `theirs:<movement>`).
    """

    account = models.ForeignKey(
        GatewayAccount, on_delete=models.CASCADE, related_name="discrepancies"
    )
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    date = models.DateField()
    currency = models.CharField(max_length=3)
    booked_minor = models.BigIntegerField()
    reported_minor = models.BigIntegerField()
    source_id = models.CharField(max_length=120, blank=True, default="")
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="discrepancy_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=DIFFERENCES), name="discrepancy_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.kind}"

    @property
    def booked(self) -> Money:
        return Money(self.booked_minor, self.currency)

    @property
    def reported(self) -> Money:
        return Money(self.reported_minor, self.currency)
