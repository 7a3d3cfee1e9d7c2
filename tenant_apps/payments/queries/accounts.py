"""The operator's accounts at gateways, without their secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenant_apps.payments.models import GATEWAYS, GatewayAccount


@dataclass(frozen=True, slots=True)
class GatewayAccountView:
    """A gateway account without its secrets."""

    id: UUID
    kind: str
    key_hint: str
    is_test: bool
    state: str
    provider_account: str
    endpoint_token: str
    is_sandbox: bool
    created_at: datetime
    verified_at: datetime | None


def gateway_accounts() -> Sequence[GatewayAccountView]:
    """Every account of the operator, newest first."""
    return [
        GatewayAccountView(
            id=row.id,
            kind=row.kind,
            key_hint=row.key_hint,
            is_test=row.is_test,
            state=row.state,
            provider_account=row.provider_account,
            endpoint_token=row.endpoint_token,
            is_sandbox=bool(row.api_base),
            created_at=row.created_at,
            verified_at=row.verified_at,
        )
        for row in GatewayAccount.objects.order_by("-created_at")
    ]


def accounts_in_use() -> list[GatewayAccountView]:
    """Where customers can pay now, in our order: with a live account among them no test ones."""
    found = [each for each in gateway_accounts() if each.state == "active"]
    are_live = any(not each.is_test for each in found)
    shown = [each for each in found if not (are_live and each.is_test)]
    return sorted(shown, key=lambda each: GATEWAYS.index(each.kind))
