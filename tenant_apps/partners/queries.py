"""Partners as other rooms and pages may know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotAllowed, NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.pages import Page, page_of
from shared_apps.kernel.ref import Ref
from tenant_apps.partners.models import Partner, PartnerMove, TeamMember
from tenant_apps.partners.permissions import Verb, require

ID_PREFIX = "part"


class PartnerNotFound(NotFound):
    code, title = "record_not_found", "There is no such partner here"


class NoWorkplace(NotAllowed):
    code, title = "no_workplace", "This page is for the people of a shop"


@dataclass(frozen=True, slots=True)
class PartnerSummary:
    """A partner without its people: what other rooms show and decide on."""

    id: UUID
    kind: str
    name: str
    slug: str
    tagline: str
    about: str
    state: str
    currency: str
    country: str
    contact_email: str
    logo_file_id: UUID | None
    closed_from: date | None
    closed_until: date | None
    created_at: datetime
    approved_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id(ID_PREFIX, self.id)

    @property
    def ref(self) -> Ref:
        return Ref("partners.partner", str(self.id))

    @property
    def is_active(self) -> bool:
        return self.state == "approved"

    def is_open_on(self, day: date) -> bool:
        """Trading on that day: approved and not on holiday."""
        if not self.is_active or self.closed_from is None or day < self.closed_from:
            return self.is_active
        return self.closed_until is not None and day > self.closed_until


@dataclass(frozen=True, slots=True)
class Membership:
    """One team that a person belongs to."""

    partner: PartnerSummary
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class TeamMate:
    user_id: UUID
    name: str
    email: str
    role: str
    joined_at: datetime

    @property
    def public_id(self) -> str:
        return public_id("user", self.user_id)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    move: str
    from_state: str
    to_state: str
    actor: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """A partner with team and history: the operator's review page and the owner's team page."""

    partner: PartnerSummary
    team: tuple[TeamMate, ...]
    history: tuple[HistoryEntry, ...]


def summary_of(row: Partner) -> PartnerSummary:
    return PartnerSummary(
        id=row.id,
        kind=row.kind,
        name=row.name,
        slug=row.slug,
        tagline=row.tagline,
        about=row.about,
        state=row.state,
        currency=row.currency,
        country=row.country,
        contact_email=row.contact_email,
        logo_file_id=row.logo_file_id,
        closed_from=row.closed_from,
        closed_until=row.closed_until,
        created_at=row.created_at,
        approved_at=row.approved_at,
    )


def vendors_visible_to(user: AbstractBaseUser | None) -> QuerySet[Partner]:
    """Approved vendors, and those of the person's own teams in whatever state."""
    visible = Q(state="approved")
    if user is not None and user.pk:
        visible |= Q(pk__in=TeamMember.objects.filter(user_id=user.pk).values("partner_id"))
    return Partner.objects.filter(visible, kind=Partner.Kind.VENDOR)


def memberships_of(user_id: UUID | str, *, kind: str = "") -> list[Membership]:
    """The teams a person belongs to, oldest first. One query."""
    rows = TeamMember.objects.filter(user_id=user_id).select_related("partner")
    if kind:
        rows = rows.filter(partner__kind=kind)
    return [
        Membership(summary_of(row.partner), row.role, row.joined_at)
        for row in rows.order_by("joined_at", "pk")
    ]


def partner_of(
    user: AbstractBaseUser | UUID | str | None, *, kind: str = "vendor"
) -> PartnerSummary | None:
    """The person's first partner of a kind that is not closed, or None. One query."""
    user_id = getattr(user, "pk", None) if isinstance(user, AbstractBaseUser) else user
    if not user_id:
        return None
    found = [
        each.partner
        for each in memberships_of(user_id, kind=kind)
        if each.partner.state != "closed"
    ]
    return found[0] if found else None


def workplace_of(acting: Actor, verb: Verb, *, kind: str = "vendor") -> PartnerSummary:
    """The partner a person works for, where their team lets them do this. Two queries.

    Raises NoWorkplace, NotYourPartner. An operator without a shop has none here either.
    """
    partner = partner_of(acting.id, kind=kind) if acting.kind == "user" else None
    if partner is None:
        raise NoWorkplace
    require(acting, verb, partner.id)
    return partner


def partner_with(partner_id: UUID | str) -> PartnerSummary:
    """One partner by id; raises PartnerNotFound."""
    row = Partner.objects.filter(pk=partner_id).first()
    if row is None:
        raise PartnerNotFound
    return summary_of(row)


def partner_at(slug: str, *, kind: str = "") -> PartnerSummary:
    """One partner by slug; raises PartnerNotFound."""
    rows = Partner.objects.filter(slug=slug)
    row = (rows.filter(kind=kind) if kind else rows).first()
    if row is None:
        raise PartnerNotFound
    return summary_of(row)


def partners_by_id(ids: Iterable[UUID]) -> dict[UUID, PartnerSummary]:
    """Many partners at once. One query."""
    return {row.id: summary_of(row) for row in Partner.objects.filter(pk__in=set(ids))}


def partners_page(
    *, state: str = "", kind: str = "", query: str = "", cursor: str = "", limit: int = 25
) -> Page[PartnerSummary]:
    """The operator's list, newest first. One query."""
    rows = Partner.objects.all()
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(slug__icontains=query))
    page = page_of(rows, cursor=cursor, limit=limit)
    return Page([summary_of(row) for row in page.items], page.next_cursor, page.prev_cursor)


def vendors_page(*, cursor: str = "", limit: int = 24) -> Page[PartnerSummary]:
    """Approved vendors for shoppers, by name. One query."""
    rows = Partner.objects.filter(kind=Partner.Kind.VENDOR, state="approved")
    page = page_of(rows, cursor=cursor, limit=limit, order=("name", "id"))
    return Page([summary_of(row) for row in page.items], page.next_cursor, page.prev_cursor)


def count_by_state(kind: str = "vendor") -> dict[str, int]:
    """How many partners of a kind are in each state. One query."""
    from django.db.models import Count

    rows = Partner.objects.filter(kind=kind).values_list("state").annotate(n=Count("pk"))
    return dict(rows.order_by())


def partner_file(partner_id: UUID | str) -> PartnerFile:
    """A partner with its team and history. Three queries; raises PartnerNotFound."""
    partner = partner_with(partner_id)
    team = TeamMember.objects.filter(partner_id=partner.id).select_related("user")
    moves = PartnerMove.objects.filter(subject_id=partner.id).order_by("pk")
    return PartnerFile(
        partner=partner,
        team=tuple(
            TeamMate(
                user_id=mate.user_id,
                name=mate.user.name,
                email=mate.user.email,
                role=mate.role,
                joined_at=mate.joined_at,
            )
            for mate in team.order_by("joined_at", "pk")
        ),
        history=tuple(
            HistoryEntry(row.move, row.from_state, row.to_state, row.actor, row.at, row.note)
            for row in moves
        ),
    )


def waiting_count() -> int:
    """How many applications wait for the operator. One query."""
    return Partner.objects.filter(state__in=["applied", "in_review"]).count()
