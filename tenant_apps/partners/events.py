"""What happened to partners. Every event names the partner and what other rooms show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class PartnerApplied(Event):
    name: ClassVar[str] = "partners.partner_applied.v1"

    partner_id: str
    kind: str
    display_name: str


@dataclass(frozen=True, slots=True)
class PartnerApproved(Event):
    name: ClassVar[str] = "partners.partner_approved.v1"

    partner_id: str
    kind: str
    display_name: str


@dataclass(frozen=True, slots=True)
class PartnerRejected(Event):
    name: ClassVar[str] = "partners.partner_rejected.v1"

    partner_id: str
    kind: str
    display_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartnerSuspended(Event):
    name: ClassVar[str] = "partners.partner_suspended.v1"

    partner_id: str
    kind: str
    display_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartnerResumed(Event):
    name: ClassVar[str] = "partners.partner_resumed.v1"

    partner_id: str
    kind: str
    display_name: str


@dataclass(frozen=True, slots=True)
class PartnerClosed(Event):
    name: ClassVar[str] = "partners.partner_closed.v1"

    partner_id: str
    kind: str
    display_name: str


@dataclass(frozen=True, slots=True)
class PartnerChanged(Event):
    """The face of a partner (name, slug, logo, about, holidays) changed."""

    name: ClassVar[str] = "partners.partner_changed.v1"

    partner_id: str
    kind: str
    display_name: str


@dataclass(frozen=True, slots=True)
class TeamMemberJoined(Event):
    name: ClassVar[str] = "partners.team_member_joined.v1"

    partner_id: str
    user_id: str
    role: str


@dataclass(frozen=True, slots=True)
class TeamMemberLeft(Event):
    name: ClassVar[str] = "partners.team_member_left.v1"

    partner_id: str
    user_id: str
