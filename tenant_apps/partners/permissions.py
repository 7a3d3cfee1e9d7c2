"""What people may do for a partner: verbs, the roles that bundle them, and one question."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotAllowed
from tenant_apps.partners.models import Partner, PartnerGrant, TeamMember


class Verb(StrEnum):
    """Every verb that can be granted on a partner, in alphabetical order."""

    ANSWER_MESSAGES = "partner:messages:answer"
    EDIT_PRODUCTS = "partner:products:edit"
    EDIT_PROFILE = "partner:profile:edit"
    FULFIL_ORDERS = "partner:orders:fulfil"
    MANAGE_PAYOUTS = "partner:payouts:manage"
    MANAGE_STOCK = "partner:stock:manage"
    MANAGE_TEAM = "partner:team:manage"
    READ_MONEY = "partner:money:read"
    READ_ORDERS = "partner:orders:read"
    READ_PRODUCTS = "partner:products:read"


_ROLE = TeamMember.Role
VERBS_OF_ROLE: Mapping[str, frozenset[Verb]] = MappingProxyType(
    {
        _ROLE.OWNER: frozenset(Verb),
        _ROLE.INVENTORY: frozenset({Verb.READ_PRODUCTS, Verb.EDIT_PRODUCTS, Verb.MANAGE_STOCK}),
        _ROLE.ORDERS: frozenset(
            {Verb.READ_PRODUCTS, Verb.READ_ORDERS, Verb.FULFIL_ORDERS, Verb.ANSWER_MESSAGES}
        ),
        _ROLE.ACCOUNTING: frozenset({Verb.READ_ORDERS, Verb.READ_MONEY, Verb.MANAGE_PAYOUTS}),
        _ROLE.SUPPORT: frozenset({Verb.READ_PRODUCTS, Verb.READ_ORDERS, Verb.ANSWER_MESSAGES}),
    }
)


class NotYourPartner(NotAllowed):
    code, title = "access_denied", "Your role in this team does not allow that"


def can(
    user: AbstractBaseUser | UUID | str | None, verb: Verb, partner: Partner | UUID | str
) -> bool:
    """May this person do this for this partner? One query; nobody signed in may nothing."""
    user_id = getattr(user, "pk", None) if isinstance(user, AbstractBaseUser) else user
    if not user_id:
        return False
    partner_id = partner.pk if isinstance(partner, Partner) else partner
    return PartnerGrant.objects.filter(
        user_id=user_id,
        content_object_id=partner_id,
        permission__codename=verb.value,
        permission__content_type__app_label="partners",
    ).exists()


def is_operator(acting: Actor) -> bool:
    """The operator, the operator's staff, and the system itself."""
    return acting.kind == "system" or bool(acting.roles & {"operator", "staff"})


def may(acting: Actor, verb: Verb, partner: Partner | UUID | str) -> bool:
    """`can` for an actor: operators may everything, people what their team granted them."""
    if is_operator(acting):
        return True
    return acting.kind == "user" and can(acting.id, verb, partner)


def require(acting: Actor, verb: Verb, partner: Partner | UUID | str) -> None:
    """Raise NotYourPartner unless the actor may."""
    if not may(acting, verb, partner):
        raise NotYourPartner(verb=verb.value)


def require_operator(acting: Actor) -> None:
    if not is_operator(acting):
        raise NotAllowed("Only the operator of this marketplace decides this")
