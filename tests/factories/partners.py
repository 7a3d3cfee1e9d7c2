"""Partners and the people who act for them."""

from __future__ import annotations

from uuid import UUID

from shared_apps.identity.models import RoleGrant, User
from shared_apps.kernel.actor import SYSTEM, Actor
from tenant_apps.partners.domain import applications, teams
from tenant_apps.partners.domain.applications import Application
from tenant_apps.partners.queries import PartnerSummary
from tests.world import NOW

OPERATOR = Actor("user", "01930000-0000-7000-8000-000000000ada", "Ada", frozenset({"operator"}))


def make_person(email: str = "bo@example.com", *, roles: tuple[str, ...] = ("customer",)) -> User:
    user = User.objects.create(email=email, name=email.partition("@")[0].title())
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, granted_by="test", granted_at=NOW) for role in roles
    )
    return user


def actor_for(user: User) -> Actor:
    fresh = User.objects.get(pk=user.pk)
    return Actor("user", str(fresh.pk), fresh.name, fresh.roles)


def make_vendor(
    name: str = "Loam Studio", *, owner: User | None = None, kind: str = "vendor"
) -> PartnerSummary:
    """An approved vendor; with an owner when one is given."""
    return applications.register(
        application=Application(kind=kind, name=name, currency="EUR", about=f"{name} makes things"),
        owner_id=owner.pk if owner else None,
        acting=SYSTEM,
        at=NOW,
    )


def make_applicant(owner: User, name: str = "Fern & Co") -> PartnerSummary:
    return applications.apply(
        application=Application(kind="vendor", name=name, currency="EUR"),
        acting=actor_for(owner),
        at=NOW,
    )


def put_in_team(partner_id: UUID, user: User, role: str) -> None:
    teams.add_member(partner_id=partner_id, email=user.email, role=role, acting=SYSTEM, at=NOW)
