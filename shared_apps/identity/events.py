"""What identity tells the other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class UserRegistered(Event):
    """Somebody has an account here; `roles` are those held from the start."""

    name: ClassVar[str] = "identity.user_registered.v1"
    user_id: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    name: ClassVar[str] = "identity.role_granted.v1"
    user_id: str
    role: str


@dataclass(frozen=True, slots=True)
class RoleRevoked(Event):
    name: ClassVar[str] = "identity.role_revoked.v1"
    user_id: str
    role: str
