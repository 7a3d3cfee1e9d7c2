"""On whose behalf this thread or task works right now: one tenant, the platform, or nobody.

Everything that could leak between tenants (database backend, cache keys, storage, signatures,
outbox, mail, logs) reads it here. Nobody bound means that reading raises: closed by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from shared_apps.kernel.errors import InvariantBroken

_EMPTY: Mapping[str, int] = MappingProxyType({})


class NoTenant(InvariantBroken):
    """Code ran without saying for which tenant."""


@dataclass(frozen=True, slots=True)
class TierTerms:
    """What the operator's plan grants: a snapshot of one immutable tier version.

    `take_rates_bps` maps a module to the platform's share in basis points; `limits` maps a
    quota ("listings", "staff", "statement_timeout_ms") to its ceiling, absent = none.
    """

    code: str
    version: int
    take_rates_bps: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    limits: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TenantContext:
    """One tenant as every room may know it.

    `host` is the tenant's primary host without port: absolute links come from it, never from
    the request. `currency` and `language` are the operator's defaults.
    """

    id: UUID
    slug: str
    name: str
    schema: str
    role: str
    cluster: str
    host: str
    state: str
    tier: TierTerms
    currency: str = "EUR"
    language: str = "en"
    modules: frozenset[str] = frozenset({"marketplace"})

    @property
    def lock_key(self) -> int:
        """The tenant's advisory lock: 63 bits of its id."""
        return self.id.int & 0x7FFF_FFFF_FFFF_FFFF


@dataclass(frozen=True, slots=True)
class PlatformContext:
    """The platform itself: tables of `public`, nothing of any tenant."""

    schema: str = "public"
    role: str = "g_platform"


Scope = TenantContext | PlatformContext
PLATFORM = PlatformContext()
_scope: ContextVar[Scope | None] = ContextVar("galleria_scope", default=None)


def current_scope() -> Scope | None:
    return _scope.get()


def required_scope() -> Scope:
    scope = _scope.get()
    if scope is None:
        raise NoTenant("no tenant is bound; enter tenant_context(...) or platform_context()")
    return scope


def current_tenant() -> TenantContext:
    """The bound tenant; raises NoTenant when there is none or when the platform is bound."""
    scope = required_scope()
    if isinstance(scope, PlatformContext):
        raise NoTenant("the platform is bound where a tenant is needed")
    return scope


def scope_key() -> str:
    """A short name of the bound scope, for keys: the tenant's schema, or `platform`."""
    scope = required_scope()
    return "platform" if isinstance(scope, PlatformContext) else scope.schema


@contextmanager
def bound(scope: Scope | None) -> Iterator[Scope | None]:
    """Work for `scope` inside the block, for what was bound before after it."""
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


@contextmanager
def tenant_context(tenant: TenantContext) -> Iterator[TenantContext]:
    with bound(tenant):
        yield tenant


@contextmanager
def platform_context() -> Iterator[PlatformContext]:
    with bound(PLATFORM):
        yield PLATFORM
