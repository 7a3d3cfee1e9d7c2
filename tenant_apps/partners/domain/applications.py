"""From an application to an approved partner, and what the operator may do afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotAllowed, Unprocessable
from shared_apps.kernel.events import Event
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.slugs import free_slug
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners import events, permissions
from tenant_apps.partners.domain import teams
from tenant_apps.partners.lifecycle import PARTNER
from tenant_apps.partners.models import Partner
from tenant_apps.partners.queries import PartnerNotFound, PartnerSummary, summary_of


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody says about the partner they want to be."""

    kind: str
    name: str
    currency: str
    about: str = ""
    tagline: str = ""
    contact_email: str = ""
    country: str = ""


def ref_of(partner_id: UUID) -> Ref:
    return Ref("partners.partner", str(partner_id))


@operation
def apply(*, application: Application, acting: Actor, at: datetime) -> PartnerSummary:
    """Ask to become a partner: creates it as applied with the person as owner of its team.

    Effects: partner, team member, grants, audit, PartnerApplied. Raises Unprocessable,
    NotAllowed when nobody is signed in.
    """
    if acting.kind != "user":
        raise NotAllowed("Sign in to apply")
    partner = _create(application, at=at)
    teams.join(partner_id=partner.id, user_id=UUID(acting.id), role="owner", acting=acting, at=at)
    record("partners.partner.apply", subject=ref_of(partner.id), acting=acting, at=at, changes={})
    publish(
        events.PartnerApplied(
            partner_id=str(partner.id), kind=partner.kind, display_name=partner.name
        )
    )
    return summary_of(partner)


@operation
def register(
    *, application: Application, owner_id: UUID | None, acting: Actor, at: datetime
) -> PartnerSummary:
    """The operator takes a partner on without an application: approved at once.

    Effects: partner, owner's grants when one is named, move, audit, PartnerApproved.
    Raises Unprocessable, NotAllowed.
    """
    return take_on(application=application, owner_id=owner_id, acting=acting, at=at)


@step
def take_on(
    *, application: Application, owner_id: UUID | None, acting: Actor, at: datetime
) -> PartnerSummary:
    """The step of `register`."""
    permissions.require_operator(acting)
    partner = _create(application, at=at)
    if owner_id is not None:
        teams.join(partner_id=partner.id, user_id=owner_id, role="owner", acting=acting, at=at)
    _move(partner, "approve", acting=acting, at=at)
    Partner.objects.filter(pk=partner.pk).update(approved_at=at)
    partner.approved_at = at
    return summary_of(partner)


@operation
def start_review(*, partner_id: UUID, acting: Actor, at: datetime) -> PartnerSummary:
    """The operator takes up an application. Raises PartnerNotFound, MoveNotAllowed."""
    return _decide(partner_id, "start_review", acting=acting, at=at)


@operation
def approve(*, partner_id: UUID, acting: Actor, at: datetime, note: str = "") -> PartnerSummary:
    """Let a partner trade: move, audit, PartnerApproved. Raises MoveNotAllowed."""
    summary = _decide(partner_id, "approve", acting=acting, at=at, note=note)
    Partner.objects.filter(pk=partner_id, approved_at=None).update(approved_at=at)
    return summary


@operation
def reject(*, partner_id: UUID, reason: str, acting: Actor, at: datetime) -> PartnerSummary:
    """Turn an application down with a reason: move, audit, PartnerRejected."""
    _need_reason(reason)
    return _decide(partner_id, "reject", acting=acting, at=at, note=reason)


@operation
def suspend(*, partner_id: UUID, reason: str, acting: Actor, at: datetime) -> PartnerSummary:
    """Stop a partner's trade for now: move, audit, PartnerSuspended hides its listings."""
    _need_reason(reason)
    return _decide(partner_id, "suspend", acting=acting, at=at, note=reason)


@operation
def resume(*, partner_id: UUID, acting: Actor, at: datetime) -> PartnerSummary:
    """Let a suspended partner trade again: move, audit, PartnerResumed."""
    return _decide(partner_id, "resume", acting=acting, at=at)


@operation
def close(*, partner_id: UUID, acting: Actor, at: datetime, note: str = "") -> PartnerSummary:
    """End a partner for good: move, audit, PartnerClosed."""
    return _decide(partner_id, "close", acting=acting, at=at, note=note)


@operation
def reapply(*, partner_id: UUID, acting: Actor, at: datetime, note: str = "") -> PartnerSummary:
    """The owner asks again after a rejection: move, audit, PartnerApplied."""
    partner = _locked(partner_id)
    permissions.require(acting, permissions.Verb.EDIT_PROFILE, partner)
    _move(partner, "reapply", acting=acting, at=at, note=note)
    return summary_of(partner)


def _decide(
    partner_id: UUID, move: str, *, acting: Actor, at: datetime, note: str = ""
) -> PartnerSummary:
    partner = _locked(partner_id)
    permissions.require_operator(acting)
    _move(partner, move, acting=acting, at=at, note=note)
    return summary_of(partner)


@step
def _move(partner: Partner, move: str, *, acting: Actor, at: datetime, note: str = "") -> None:
    before = partner.state
    record_move(partner, PARTNER, move, acting=acting, at=at, note=note)
    record(
        f"partners.partner.{move}",
        subject=ref_of(partner.id),
        acting=acting,
        at=at,
        changes={"state": [before, partner.state], **({"note": note} if note else {})},
    )
    event = _event(partner, move, note)
    if event is not None:
        publish(event)


_EVENTS: Mapping[str, type[Event]] = {
    "approve": events.PartnerApproved,
    "reject": events.PartnerRejected,
    "suspend": events.PartnerSuspended,
    "resume": events.PartnerResumed,
    "close": events.PartnerClosed,
    "reapply": events.PartnerApplied,
}
_WITH_REASON = frozenset({"reject", "suspend"})


def _event(partner: Partner, move: str, note: str) -> Event | None:
    if move not in _EVENTS:
        return None
    fields = {
        "partner_id": str(partner.id),
        "kind": partner.kind,
        "display_name": partner.name,
        **({"reason": note} if move in _WITH_REASON else {}),
    }
    return _EVENTS[move](**fields)


@step
def _create(application: Application, *, at: datetime) -> Partner:
    """A partner row in its first state, under a free slug. Raises Unprocessable."""
    if application.kind not in Partner.Kind.values:
        raise Unprocessable(errors={"kind": [f"{application.kind!r} is no kind of partner"]})
    name = " ".join(application.name.split())
    if not 2 <= len(name) <= 120:
        raise Unprocessable(errors={"name": ["Give a name of 2 to 120 characters"]})
    return Partner.objects.create(
        kind=application.kind,
        name=name,
        slug=free_slug(name, lambda slug: Partner.objects.filter(slug=slug).exists()),
        about=application.about.strip(),
        tagline=application.tagline.strip()[:160],
        contact_email=application.contact_email.strip().lower(),
        country=application.country.upper()[:2],
        currency=application.currency,
        created_at=at,
    )


def _locked(partner_id: UUID) -> Partner:
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        raise PartnerNotFound
    return partner


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Unprocessable(errors={"reason": ["Say why; the partner reads it"]})
