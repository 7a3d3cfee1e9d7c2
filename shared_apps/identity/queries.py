"""Reads about people, as values that any room may hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from shared_apps.identity.models import User


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


def people_with_role(role: str) -> list[PersonCard]:
    """Everybody who holds a role, oldest first; one query."""
    return _cards(Q(id__in=User.objects.filter(grants__role=role).values("id")))


def find_by_email(email: str) -> PersonCard | None:
    return next(iter(_cards(Q(email=email.strip().lower()))), None)


def _cards(wanted: Q) -> list[PersonCard]:
    people = (
        User.objects.filter(wanted, is_active=True)
        .annotate(held=ArrayAgg("grants__role", filter=Q(grants__isnull=False), default=[]))
        .order_by("id")
    )
    return [
        PersonCard(
            person.id, person.public_id, person.email, person.display_name, tuple(person.held)
        )
        for person in people
    ]
