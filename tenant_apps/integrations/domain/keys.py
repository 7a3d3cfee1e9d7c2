"""Keys of the API: made once, shown once, held to their scopes, ended at once.

A scope is `read_<area>` or `write_<area>`; the area is the first part of an address below /api/v1/, so
that a new address is closed to every key until a key names it. Writing includes reading.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from shared_apps.audit.domain.records import record
from shared_apps.identity.models import User
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.crypto import digest
from shared_apps.kernel.errors import NotAllowed, NotFound, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.integrations.models import ApiKey

PREFIXES = {"publishable": "pk_", "secret": "sk_"}
# What a key that anybody may read in a page's source can do: look around and fill a cart.
PUBLISHABLE_SCOPES = ("read_products", "read_categories", "read_vendors", "write_cart")
ALL = "all"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_API = "/api/v1/"
_PURPOSE = "integrations.api_key"
_NOTED_EVERY = timedelta(minutes=1)
_HINT_LENGTH = 4


class KeyUnknown(NotFound):
    code, title = "record_not_found", "There is no such key here"


class BadKey(NotAllowed):
    code, title, status = "bad_key", "This key is not valid here", 401


class ScopeMissing(NotAllowed):
    code, title = "access_denied", "This key may not do that"


@dataclass(frozen=True, slots=True)
class KeyClaims:
    """What a valid key may do; `owner` is the person it acts as, None for a publishable key."""

    key_id: UUID
    name: str
    kind: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewKey:
    """`secret` is the key itself and is told this once."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class KeyOrder:
    name: str
    kind: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


def looks_like_key(token: str) -> bool:
    """Whether a bearer token is one of our keys (rule)."""
    return token.startswith(tuple(PREFIXES.values()))


def area_of(path: str) -> str:
    """The area of an address (rule): "orders" of "/api/v1/orders/ord_x"; "" outside the API."""
    return path.removeprefix(_API).partition("/")[0] if path.startswith(_API) else ""


def scope_for(method: str, path: str) -> str:
    """The scope that a request needs (rule)."""
    return f"{'read' if method in SAFE else 'write'}_{area_of(path)}"


def is_within(scopes: Iterable[str], needed: str) -> bool:
    """Whether the scopes allow what is needed (rule): writing includes reading, all is every area."""
    verb, _, area = needed.partition("_")
    if not area:
        return False
    verbs = ("read", "write") if verb == "read" else ("write",)
    enough = {f"{each}_{part}" for each in verbs for part in (area, ALL)}
    return not enough.isdisjoint(scopes)


@operation
def make_key(*, order: KeyOrder, owner: User, acting: Actor, at: datetime) -> NewKey:
    """Make a key that acts as its owner; audit record.

    Raises Unprocessable for a key without a name or a scope, or one that has ended already.
    """
    scopes = PUBLISHABLE_SCOPES if order.kind == "publishable" else _checked(order.scopes)
    if not order.name.strip():
        raise Unprocessable(errors={"name": ["Say what the key is for"]})
    if order.kind not in PREFIXES:
        raise Unprocessable(errors={"kind": ["Choose publishable or secret"]})
    if order.expires_at is not None and order.expires_at <= at:
        raise Unprocessable(errors={"expires_at": ["Choose a moment to come"]})
    secret = PREFIXES[order.kind] + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        kind=order.kind,
        name=order.name.strip()[:80],
        owner=owner,
        key_digest=digest(secret, _PURPOSE),
        hint=secret[-_HINT_LENGTH:],
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=order.expires_at,
    )
    record(
        "integrations.key.make",
        subject=Ref("integrations.key", str(key.id)),
        acting=acting,
        at=at,
        changes={"name": key.name, "scopes": key.scopes},
    )
    return NewKey(key.id, secret)


@operation
def revoke_key(*, key_id: UUID, acting: Actor, at: datetime) -> None:
    """End one of one's own keys, an operator's any; a repeat changes nothing. Raises KeyUnknown."""
    key = ApiKey.objects.select_for_update().filter(id=key_id).first()
    if key is None or not (str(key.owner_id) == acting.id or acting.has_role("operator")):
        raise KeyUnknown
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        record(
            "integrations.key.revoke",
            subject=Ref("integrations.key", str(key.id)),
            acting=acting,
            at=at,
        )


def verify_key(*, token: str, at: datetime) -> tuple[User, KeyClaims]:
    """The person a key acts as and what it may do. One query, a second once a minute; BadKey."""
    key = (
        ApiKey.objects.select_related("owner")
        .filter(Q(expires_at=None) | Q(expires_at__gt=at))
        .filter(key_digest=digest(token, _PURPOSE), revoked_at=None, owner__is_active=True)
        .first()
    )
    if key is None:
        raise BadKey
    if key.last_used_at is None or at - key.last_used_at >= _NOTED_EVERY:
        ApiKey.objects.filter(id=key.id).update(last_used_at=at)
    return key.owner, KeyClaims(key.id, key.name, key.kind, frozenset(key.scopes))


def require_scope(claims: KeyClaims, *, method: str, path: str) -> None:
    """Raises ScopeMissing, which names the scope the key lacks."""
    needed = scope_for(method, path)
    if not is_within(claims.scopes, needed):
        raise ScopeMissing(f"The key needs the scope {needed}", required_scope=needed)


def _checked(scopes: Iterable[str]) -> list[str]:
    wanted = [scope for scope in scopes if scope]
    wrong = [s for s in wanted if s.partition("_")[0] not in {"read", "write"} or s[-1:] == "_"]
    if not wanted or wrong:
        raise Unprocessable(errors={"scopes": ["Choose at least one, like read_orders"]})
    return wanted
