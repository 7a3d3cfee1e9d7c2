"""Accounts and the roles they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q

from shared_apps.audit.domain.records import record
from shared_apps.identity.events import RoleGranted, RoleRevoked, UserRegistered
from shared_apps.identity.models import Role, RoleGrant, User
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotAllowed, NotFound, Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish


class EmailTaken(Conflict):
    code, title = "email_taken", "Somebody already has an account with this e-mail address"


class UnknownPerson(NotFound):
    code, title = "record_not_found", "There is no such person here"


class LastOperator(Conflict):
    code, title = "last_operator", "A marketplace needs at least one operator"


class MayNotGrant(NotAllowed):
    code, title = "access_denied", "Only operators give and take roles"


class UnknownRole(Unprocessable):
    code, title = "validation_error", "There is no such role"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as other rooms may hold them."""

    id: UUID
    email: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewPerson:
    """An account to open.

    `encoded_password` comes from `encode_password` ("" = nobody can sign in with one yet), `id`
    makes repeating harmless, `kind` is other than person only for accounts of the platform.
    """

    email: str
    name: str
    encoded_password: str = ""
    roles: frozenset[str] = frozenset({Role.CUSTOMER.value})
    verified: bool = False
    id: UUID | None = None
    kind: str = User.Kind.PERSON.value


def encode_password(password: str) -> str:
    """The password as it is stored: slow on purpose, so done once and outside transactions."""
    return make_password(password)


@step
def create_person(*, person: NewPerson, acting: Actor, at: datetime) -> Person:
    """Open an account: the person, their e-mail address, roles, audit record, UserRegistered.

    With the `id` of an account that exists it returns that account unchanged. Raises EmailTaken
    and UnknownRole.
    """
    address = person.email.strip().lower()
    found = list(User.objects.filter(Q(id=person.id) | Q(email=address)))
    for known in found:
        if known.id == person.id:
            return person_of(known)
    if found:
        raise EmailTaken(f"{address} already has an account here")
    user = User(id=person.id or uuid7(), email=address, name=person.name.strip(), kind=person.kind)
    user.password = person.encoded_password or make_password(None)
    User.objects.bulk_create([user])
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=address, verified=person.verified, primary=True)]
    )
    welcome(user=user, roles=person.roles, acting=acting, at=at)
    return Person(user.id, user.email, user.display_name, person.roles)


@step
def welcome(*, user: User, roles: frozenset[str], acting: Actor, at: datetime) -> None:
    """First roles, audit record and UserRegistered of a new account."""
    _insert_grants(user=user, roles=roles, acting=acting, at=at)
    record(
        "identity.user.register",
        subject=_ref(user.id),
        acting=acting,
        at=at,
        changes={"roles": sorted(roles)},
    )
    publish(UserRegistered(user_id=str(user.id), roles=tuple(sorted(roles))))


@operation
def register_user(*, user: User, at: datetime) -> User:
    """A visitor opens an account as a customer: the row, role, audit record, UserRegistered.

    The address still has to be verified before anybody can sign in. Raises EmailTaken when
    somebody else opened one with it at the same moment.
    """
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken from error
    acting = Actor("user", str(user.id), user.display_name)
    welcome(user=user, roles=frozenset({Role.CUSTOMER.value}), acting=acting, at=at)
    return user


@step
def give_role(*, user_id: UUID, role: str, acting: Actor, at: datetime) -> None:
    """Let a person be something more here: grant, audit, RoleGranted.

    A role already held changes nothing. Raises UnknownPerson and UnknownRole.
    """
    user = _locked(user_id)
    if role in user.roles:
        return
    _insert_grants(user=user, roles=frozenset({role}), acting=acting, at=at)
    record(
        "identity.role.grant", subject=_ref(user_id), acting=acting, at=at, changes={"role": role}
    )
    publish(RoleGranted(user_id=str(user_id), role=role))


@step
def take_role(*, user_id: UUID, role: str, acting: Actor, at: datetime) -> None:
    """End a role: grant removed, audit, RoleRevoked.

    A role not held changes nothing. Raises UnknownPerson, and LastOperator for the operator
    without whom nobody could run the marketplace.
    """
    user = _locked(user_id)
    if role not in user.roles:
        return
    if role == Role.OPERATOR:
        _require_another_operator(user_id)
    RoleGrant.objects.filter(user=user, role=role).delete()
    record(
        "identity.role.revoke", subject=_ref(user_id), acting=acting, at=at, changes={"role": role}
    )
    publish(RoleRevoked(user_id=str(user_id), role=role))


@operation
def grant_role(*, user_id: UUID, role: str, acting: Actor, at: datetime) -> None:
    """An operator gives a role. Effects and errors of give_role, and MayNotGrant."""
    _require_operator(acting)
    give_role(user_id=user_id, role=role, acting=acting, at=at)


@operation
def revoke_role(*, user_id: UUID, role: str, acting: Actor, at: datetime) -> None:
    """An operator takes a role. Effects and errors of take_role, and MayNotGrant."""
    _require_operator(acting)
    take_role(user_id=user_id, role=role, acting=acting, at=at)


def person_of(user: User) -> Person:
    return Person(user.id, user.email, user.display_name, user.roles)


def _ref(user_id: UUID) -> Ref:
    return Ref("identity.user", str(user_id))


def _require_operator(acting: Actor) -> None:
    if acting.kind != "system" and not acting.has_role(Role.OPERATOR):
        raise MayNotGrant


def _locked(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(id=user_id).first()
    if user is None:
        raise UnknownPerson
    return user


def _insert_grants(*, user: User, roles: frozenset[str], acting: Actor, at: datetime) -> None:
    unknown = roles - set(Role.values)
    if unknown:
        raise UnknownRole(errors={"role": [f"There is no role {min(unknown)!r}"]})
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, granted_by=f"{acting.kind}:{acting.id}", granted_at=at)
        for role in sorted(roles)
    )
    user.__dict__.pop("roles", None)


def _require_another_operator(user_id: UUID) -> None:
    # All operators' grants are locked in one order, so that two who revoke each other wait.
    grants = RoleGrant.objects.select_for_update(of=("self",)).filter(role=Role.OPERATOR)
    if not [grant for grant in grants.order_by("id") if grant.user_id != user_id]:
        raise LastOperator
