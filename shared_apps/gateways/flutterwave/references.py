"""The names we give to payments and transfers at Flutterwave, which are all that it keeps of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.web import short_key
from shared_apps.kernel.money import Money

# Charged without a page: there is no amount to remember, for the answer tells it at once.
OFF_SESSION = "saved"
_ASKED = re.compile(r"(\d{1,15})([A-Z]{3})\Z")
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Named:
    """What a `tx_ref` says: our own reference, and what was asked unless it was charged off session."""

    reference: str
    asked: Money | None


def tx_ref(reference: str, idempotency_key: str, amount: Money | None) -> str:
    what = OFF_SESSION if amount is None else f"{amount.minor}{amount.currency}"
    return f"{transfer_reference(reference, idempotency_key)}-{what}"


def named(provider_id: str) -> Named:
    """Read a `tx_ref` of ours. GatewayRefused for a name that is not."""
    reference, digest, what = [*provider_id.rsplit("-", 2), "", ""][:3]
    asked = _ASKED.match(what)
    if len(digest) != _DIGEST_LENGTH or not (asked or what == OFF_SESSION):
        raise GatewayRefused("Flutterwave has no such payment", provider="flutterwave")
    return Named(reference, Money(int(asked[1]), asked[2]) if asked else None)


def transfer_reference(reference: str, idempotency_key: str) -> str:
    return f"{reference}-{short_key(idempotency_key, _DIGEST_LENGTH)}"


def reference_of_transfer(name: str) -> str:
    return name.rpartition("-")[0]


def reference_of_payment(tx_ref: str) -> str:
    """Our own id in a `tx_ref`, empty for a payment that was not started here."""
    try:
        return named(tx_ref).reference
    except GatewayRefused:
        return ""
