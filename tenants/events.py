"""What happens to tenants, as the tenant's own outbox tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class TenantReady(Event):
    """A new tenant has its owner, settings and first design, and answers on its host."""

    name: ClassVar[str] = "tenants.tenant_ready.v1"

    tenant_id: str
    slug: str
    host: str
    owner_id: str
