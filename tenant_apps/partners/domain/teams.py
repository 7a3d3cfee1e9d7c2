"""Who acts for a partner: members, their roles, and the grants that follow from them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from shared_apps.audit.domain.records import record
from shared_apps.identity.domain import people
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners import events, permissions
from tenant_apps.partners.models import Partner, PartnerGrant, TeamMember
from tenant_apps.partners.permissions import VERBS_OF_ROLE, Verb


class LastOwner(Conflict):
    code, title = "last_owner", "A team keeps at least one owner"


class AlreadyInTeam(Conflict):
    code, title = "already_in_team", "This person is in the team already"


class NotInTeam(NotFound):
    code, title = "record_not_found", "This person is not in the team"


class NoSuchAccount(Unprocessable):
    code, title = "no_such_account", "Nobody here has an account with that address"


@operation
def add_member(*, partner_id: UUID, email: str, role: str, acting: Actor, at: datetime) -> None:
    """Take a person with an account into the team: row, grants, audit, TeamMemberJoined.

    Raises NotYourPartner, NoSuchAccount, AlreadyInTeam, Unprocessable.
    """
    _lock(partner_id)
    permissions.require(acting, Verb.MANAGE_TEAM, partner_id)
    user = get_user_model().objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise NoSuchAccount(errors={"email": ["Ask them to sign up here first"]})
    join(partner_id=partner_id, user_id=user.pk, role=role, acting=acting, at=at)


@operation
def change_role(*, partner_id: UUID, user_id: UUID, role: str, acting: Actor, at: datetime) -> None:
    """Give a member another role and its grants. Raises LastOwner, NotInTeam, NotYourPartner."""
    _lock(partner_id)
    permissions.require(acting, Verb.MANAGE_TEAM, partner_id)
    _known(role)
    member = _member(partner_id, user_id)
    if role != TeamMember.Role.OWNER:
        _keep_an_owner(member)
    before = member.role
    TeamMember.objects.filter(pk=member.pk).update(role=role)
    _grant(partner_id, user_id, role)
    _record("change_role", partner_id, user_id, [before, role], acting=acting, at=at)


@operation
def remove_member(*, partner_id: UUID, user_id: UUID, acting: Actor, at: datetime) -> None:
    """Take a member and their grants away; everybody may leave by themselves.

    Effects: row and grants deleted, audit, TeamMemberLeft. Raises LastOwner, NotInTeam.
    """
    _lock(partner_id)
    if acting.kind != "user" or acting.id != str(user_id):
        permissions.require(acting, Verb.MANAGE_TEAM, partner_id)
    member = _member(partner_id, user_id)
    _keep_an_owner(member)
    PartnerGrant.objects.filter(content_object_id=partner_id, user_id=user_id).delete()
    member.delete()
    _retire(partner_id, user_id, acting=acting, at=at)
    _record("remove_member", partner_id, user_id, [member.role, ""], acting=acting, at=at)
    publish(events.TeamMemberLeft(partner_id=str(partner_id), user_id=str(user_id)))


@step
def join(*, partner_id: UUID, user_id: UUID, role: str, acting: Actor, at: datetime) -> None:
    """Put a person into a team with a role: row, grants, the account's role, audit,
    TeamMemberJoined.

    Raises AlreadyInTeam, Unprocessable.
    """
    _known(role)
    _, created = TeamMember.objects.get_or_create(
        partner_id=partner_id, user_id=user_id, defaults={"role": role, "joined_at": at}
    )
    if not created:
        raise AlreadyInTeam
    _grant(partner_id, user_id, role)
    kind = Partner.objects.values_list("kind", flat=True).get(pk=partner_id)
    people.give_role(user_id=user_id, role=kind, acting=acting, at=at)
    _record("add_member", partner_id, user_id, ["", role], acting=acting, at=at)
    publish(events.TeamMemberJoined(partner_id=str(partner_id), user_id=str(user_id), role=role))


def _grant(partner_id: UUID, user_id: UUID, role: str) -> None:
    PartnerGrant.objects.filter(content_object_id=partner_id, user_id=user_id).delete()
    PartnerGrant.objects.bulk_create(
        PartnerGrant(content_object_id=partner_id, user_id=user_id, permission=permission)
        for permission in _permissions(VERBS_OF_ROLE[role])
    )


def _retire(partner_id: UUID, user_id: UUID, *, acting: Actor, at: datetime) -> None:
    """Who is in no team of that kind any more does not keep the account's role."""
    kind = Partner.objects.values_list("kind", flat=True).get(pk=partner_id)
    if not TeamMember.objects.filter(user_id=user_id, partner__kind=kind).exists():
        people.take_role(user_id=user_id, role=kind, acting=acting, at=at)


def _permissions(verbs: frozenset[Verb]) -> list[Permission]:
    """The permission rows of verbs, made on first use.

    Not by ContentType.objects.get_for_model: its cache knows one database, not our tenants.
    """
    wanted = sorted(verb.value for verb in verbs)
    known = Permission.objects.filter(content_type__app_label="partners", codename__in=wanted)
    found = {permission.codename: permission for permission in known}
    missing = [codename for codename in wanted if codename not in found]
    if missing:
        content_type, _ = ContentType.objects.get_or_create(app_label="partners", model="partner")
        for codename in missing:
            found[codename], _ = Permission.objects.get_or_create(
                content_type_id=content_type.pk, codename=codename, defaults={"name": codename}
            )
    return [found[codename] for codename in wanted]


def _lock(partner_id: UUID) -> None:
    """One change of a team at a time, so that two owners cannot leave at once."""
    found = Partner.objects.select_for_update().filter(pk=partner_id).exists()
    if not found:
        raise NotInTeam


def _member(partner_id: UUID, user_id: UUID) -> TeamMember:
    member = TeamMember.objects.filter(partner_id=partner_id, user_id=user_id).first()
    if member is None:
        raise NotInTeam
    return member


def _keep_an_owner(member: TeamMember) -> None:
    owners = TeamMember.objects.filter(partner_id=member.partner_id, role=TeamMember.Role.OWNER)
    if member.role == TeamMember.Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise LastOwner("Make somebody else an owner first")


def _known(role: str) -> None:
    if role not in TeamMember.Role.values:
        raise Unprocessable(errors={"role": [f"{role!r} is no role of a team"]})


def _record(
    verb: str,
    partner_id: UUID,
    user_id: UUID,
    role: list[str],
    *,
    acting: Actor,
    at: datetime,
) -> None:
    record(
        f"partners.team.{verb}",
        subject=Ref("partners.partner", str(partner_id)),
        acting=acting,
        at=at,
        changes={"user": str(user_id), "role": role},
    )
