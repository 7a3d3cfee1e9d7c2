"""The operator's own accounts at gateways."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from tenant_apps.payments.lifecycle import GATEWAY_ACCOUNT


class GatewayAccount(models.Model):
    """The operator's own account at a provider. Keys and webhook secrets are encrypted.

    `client_id` is the public half of the key where a provider has two, `signing_secret` what signs
    messages where the operator chooses it. `endpoint_token` is the unguessable part of the webhook's
    address. A retired account takes no new payments and still answers for its old ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    secret_key = models.TextField()
    client_id = models.CharField(max_length=200, blank=True, default="")
    signing_secret = models.TextField(blank=True, default="")
    key_hint = models.CharField(max_length=12, blank=True, default="")
    api_base = models.CharField(max_length=200, blank=True, default="")
    is_test = models.BooleanField()
    provider_account = models.CharField(max_length=120, blank=True, default="")
    endpoint_token = models.CharField(max_length=64, unique=True)
    webhook_endpoint = models.CharField(max_length=120, blank=True, default="")
    webhook_rounds = models.PositiveSmallIntegerField(default=1)
    webhook_secret = models.TextField(blank=True, default="")
    webhook_secret_before = models.TextField(blank=True, default="")
    state = models.CharField(max_length=40, default=GATEWAY_ACCOUNT.initial)
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            GATEWAY_ACCOUNT.constraint("gateway_account_state_known"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="active"), name="one_active_account_per_gateway"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_account} ({self.state})"


class GatewayAccountMove(Move):
    """One change of a gateway account's state."""

    subject = models.ForeignKey(GatewayAccount, on_delete=models.CASCADE, related_name="moves")
