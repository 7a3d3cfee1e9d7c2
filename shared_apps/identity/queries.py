"""Reads about people, as values that any room may hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from shared_apps.identity.models import RoleGrant, User
from shared_apps.kernel.pages import Page, page_of


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What a page shows of a person."""

    id: UUID
    public_id: str
    email: str
    name: str
    roles: tuple[str, ...]


def people_by_id(user_ids: Iterable[UUID]) -> dict[UUID, PersonCard]:
    """Cards of the people with these ids; one query."""
    return {card.id: card for card in _cards(Q(id__in=list(user_ids)))}


def has_account(user_id: UUID) -> bool:
    """Whether there is a person of this id; one query."""
    return bool(User.objects.filter(id=user_id).exists())


def people_with_role(role: str) -> list[PersonCard]:
    """Everybody who holds a role, oldest first; one query."""
    return _cards(Q(id__in=User.objects.filter(grants__role=role).values("id")))


def people_page(
    *, role: str = "", query: str = "", cursor: str = "", limit: int = 25
) -> Page[PersonCard]:
    """Everybody with an account here, newest first. Two queries: people and their roles."""
    rows = User.objects.filter(is_active=True)
    if role:
        rows = rows.filter(id__in=User.objects.filter(grants__role=role).values("id"))
    if query:
        rows = rows.filter(Q(email__icontains=query) | Q(name__icontains=query))
    page = page_of(rows.prefetch_related("grants"), cursor=cursor, limit=limit)
    cards = [_card(person, (grant.role for grant in person.grants.all())) for person in page.items]
    return Page(cards, page.next_cursor, page.prev_cursor)


def count_by_role() -> dict[str, int]:
    """How many people hold each role. One query."""
    rows = RoleGrant.objects.filter(user__is_active=True).values_list("role")
    return dict(rows.annotate(n=Count("pk")).order_by())


def find_by_email(email: str) -> PersonCard | None:
    return next(iter(_cards(Q(email=email.strip().lower()))), None)


def _cards(wanted: Q) -> list[PersonCard]:
    people = (
        User.objects.filter(wanted, is_active=True)
        .annotate(held=ArrayAgg("grants__role", filter=Q(grants__isnull=False), default=[]))
        .order_by("id")
    )
    return [_card(person, person.held) for person in people]


def _card(person: User, roles: Iterable[str]) -> PersonCard:
    return PersonCard(
        person.id, person.public_id, person.email, person.display_name, tuple(sorted(roles))
    )
