"""What the keys of each provider look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared_apps.gateways.errors import GatewayUnknown
from shared_apps.kernel.errors import Unprocessable


class BadKey(Unprocessable):
    code, title = "bad_gateway_key", "This is not a secret key of the payment provider"


@dataclass(frozen=True, slots=True)
class KeyShape:
    """How secret keys begin, for tests and for live; `has_client_id`: there is a public half too."""

    test: tuple[str, ...]
    live: tuple[str, ...]
    has_client_id: bool = False


KEY_SHAPES: Mapping[str, KeyShape] = {
    "stripe": KeyShape(test=("sk_test_", "rk_test_"), live=("sk_live_", "rk_live_")),
    "paypal": KeyShape(test=(), live=(), has_client_id=True),
    "paystack": KeyShape(test=("sk_test_",), live=("sk_live_",)),
    "flutterwave": KeyShape(test=("FLWSECK_TEST-",), live=("FLWSECK-",)),
}


def checked_keys(kind: str, *, secret_key: str, client_id: str) -> None:
    """Refuse what cannot be keys of this provider before anybody is asked (rule).

    Raises GatewayUnknown, BadKey.
    """
    shape = KEY_SHAPES.get(kind)
    if shape is None:
        raise GatewayUnknown(f"no adapter named {kind!r}")
    marks = (*shape.test, *shape.live)
    if not secret_key or (marks and not secret_key.startswith(marks)):
        begin = " or ".join(mark for mark in marks) or "something"
        raise BadKey(errors={"secret_key": [f"A secret key of this provider starts with {begin}."]})
    if shape.has_client_id and not client_id:
        raise BadKey(errors={"client_id": ["This provider has two keys; enter both."]})


def is_test_key(kind: str, secret_key: str) -> bool:
    """Whether the key itself says that no money moves (rule)."""
    return secret_key.startswith(KEY_SHAPES[kind].test or ("\x00",))


def sandbox_keys(kind: str, tenant_id: UUID) -> tuple[str, str]:
    """Secret key and client id of a tenant at the sandbox (rule)."""
    shape = KEY_SHAPES[kind]
    secret_key = f"{shape.test[0] if shape.test else ''}{tenant_id.hex}"
    return secret_key, f"client-{tenant_id.hex}" if shape.has_client_id else ""
