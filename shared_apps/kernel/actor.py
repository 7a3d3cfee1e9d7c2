"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ActorKind = Literal["user", "system", "staff", "key", "guest"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, key or process behind a change; `name` is for people to read.

    `roles` are the roles the actor holds in this tenant at this moment; `on_behalf_of` is the
    platform's member of staff behind an impersonated session.
    """

    kind: ActorKind
    id: str
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    on_behalf_of: str = ""

    def has_role(self, role: str) -> bool:
        return role in self.roles


SYSTEM = Actor("system", "system", "Galleria")
