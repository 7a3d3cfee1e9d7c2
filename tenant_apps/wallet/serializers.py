"""A wallet and its statement as the API writes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenant_apps.wallet.queries import StatementLine, WalletView


class MoneyOutput(serializers.Serializer[Any]):
    amount = serializers.CharField()
    currency = serializers.CharField()


class WalletOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    available = MoneyOutput()
    held = MoneyOutput()
    pending = MoneyOutput()


class StatementLineOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    about = serializers.CharField()
    amount = MoneyOutput()
    balance = MoneyOutput()
    at = serializers.DateTimeField()


def wallet_json(view: WalletView) -> dict[str, Any]:
    return {
        "currency": view.available.currency,
        "available": view.available.as_json(),
        "held": view.held.as_json(),
        "pending": view.pending.as_json(),
    }


def line_json(line: StatementLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "kind": line.kind,
        "about": line.about.partition(":")[0],
        "amount": line.amount.as_json(),
        "balance": line.balance.as_json(),
        "at": line.at.isoformat(),
    }
