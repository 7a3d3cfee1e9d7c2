"""Owners: the people of the public site who run marketplaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from provisioning.domain.signup import NewTenant, TenantOrder, provision_tenant
from provisioning.domain.slugs import SlugTaken, checked_slug
from shared_apps.identity.domain.people import NewPerson, create_person, encode_password
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import platform_context
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.transactions import operation
from tenants.queries import slug_is_taken


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a visitor of the public site fills in; the password is still plain."""

    order: TenantOrder
    password: str


def require_free(slug: str) -> str:
    """The slug in its kept form. Raises SlugMalformed, SlugReserved, SlugTaken.

    A courtesy before the form is sent: the unique constraint decides.
    """
    slug = checked_slug(slug)
    if slug_is_taken(slug):
        detail = f"{slug!r} is taken; choose another name"
        raise SlugTaken(detail, errors={"slug": [detail]})
    return slug


def sign_up(*, form: SignUp, at: datetime) -> tuple[UUID, NewTenant]:
    """A stranger opens a marketplace (journey): an owner's account, then the tenant.

    The password is hashed once and the encoded value copied into the tenant. Raises what
    provision_tenant raises and EmailTaken; whoever loses the race for a slug keeps the account
    and chooses another name.
    """
    slug = require_free(form.order.slug)
    encoded = encode_password(form.password)
    owner_id = uuid7()
    acting = Actor("user", str(owner_id), form.order.owner_email)
    with platform_context():
        _register_owner(
            NewPerson(
                id=owner_id,
                email=form.order.owner_email,
                name=form.order.owner_name,
                encoded_password=encoded,
                roles=frozenset(),
                kind="owner",
            ),
            acting=acting,
            at=at,
        )
    order = replace(form.order, slug=slug, owner_password=encoded, owner_id=str(owner_id))
    return owner_id, provision_tenant(order=order, acting=acting, at=at)


@operation
def _register_owner(person: NewPerson, *, acting: Actor, at: datetime) -> None:
    create_person(person=person, acting=acting, at=at)
