"""Who can sign in to the demo, and the file that tells how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)

from config import env
from config.demo.worlds import World
from config.embedded.workspace import read_json, write_json
from shared_apps.identity.domain.people import NewPerson, Person, create_person, encode_password
from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context, tenant_context
from shared_apps.kernel.slugs import slug_of
from shared_apps.kernel.transactions import operation
from tenant_apps.integrations.domain.keys import KeyOrder, make_key
from tenants.queries import find_by_slug

ADMIN_EMAIL = "admin@galleria.example"
ADMIN_NAME = "Platform admin"
CUSTOMER_NAME = "Jo Winterbourne"


@dataclass(frozen=True, slots=True)
class Password:
    """The one password of the demo: plain for the file, encoded once for all accounts."""

    plain: str
    encoded: str


class NoDemoHere(RuntimeError):
    """This installation has no password for demo accounts, so it gets none."""


def demo_password() -> Password:
    """Raises NoDemoHere unless GALLERIA_DEMO_PASSWORD is set, as bin/demo and bin/manage do."""
    plain = env.DEMO_PASSWORD.value()
    if not plain:
        raise NoDemoHere("Set GALLERIA_DEMO_PASSWORD, or run bin/demo or bin/manage demo_seed")
    return Password(plain, encode_password(plain))


def second_factor(folder: Path, *, at: datetime) -> str:
    """The six digits that the platform's admin types after the password, at this moment."""
    admin = read_json(folder / "demo.json").get("console", {}).get("sign_ins", {})
    if "platform_admin" not in admin:
        raise NoDemoHere("There is no demo in this folder yet")
    counter = int(at.timestamp()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(admin["platform_admin"]["totp_secret"], counter)))


def operator_email(world: World) -> str:
    return f"operator@{world.slug}.example"


def customer_email(world: World) -> str:
    return f"customer@{world.slug}.example"


def vendor_email(world: World, shop: str) -> str:
    return f"{slug_of(shop)}@{world.slug}.example"


def person_id(email: str) -> UUID:
    """The same person at every start."""
    return uuid5(NAMESPACE_URL, f"galleria:demo:{email}")


@operation
def settle(*, email: str, name: str, password: Password, at: datetime) -> Person:
    """Open an account of the bound marketplace, or find it open."""
    person = NewPerson(
        id=person_id(email),
        email=email,
        name=name,
        encoded_password=password.encoded,
        verified=True,
    )
    return create_person(person=person, acting=SYSTEM, at=at)


def actor(person: Person) -> Actor:
    return Actor("user", str(person.id), person.name, person.roles)


def appoint_admin(*, password: Password, at: datetime) -> str:
    """The platform's own member of staff with a second factor; returns the secret of that factor."""
    with platform_context():
        return _appoint(password=password, at=at)


@operation
def _appoint(*, password: Password, at: datetime) -> str:
    person = NewPerson(
        id=person_id(ADMIN_EMAIL),
        email=ADMIN_EMAIL,
        name=ADMIN_NAME,
        encoded_password=password.encoded,
        roles=frozenset(),
        verified=True,
        kind=User.Kind.STAFF.value,
    )
    user = User.objects.get(pk=create_person(person=person, acting=SYSTEM, at=at).id)
    known = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if known is not None:
        return str(get_adapter().decrypt(known.data["secret"]))
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def write_sign_ins(
    folder: Path, *, worlds: list[World], hosts: dict[str, str], password: Password, secret: str
) -> None:
    """Add what is known of people to DIR/demo.json; what others wrote there stays."""
    file = folder / "demo.json"
    known = read_json(file)
    keys = {each["slug"]: each.get("api_key", "") for each in known.get("tenants", [])}
    admin = {"email": ADMIN_EMAIL, "password": password.plain, "totp_secret": secret}
    console = {**known.get("console", {}), "sign_ins": {"platform_admin": admin}}
    tenants = [
        {
            "slug": world.slug,
            "name": world.name,
            "host": hosts[world.slug],
            "sign_ins": _sign_ins(world, password.plain),
            "api_key": keys.get(world.slug) or _api_key(world),
        }
        for world in worlds
    ]
    write_json(file, {**known, "console": console, "tenants": tenants}, private=True)


def _api_key(world: World) -> str:
    """A secret key that may do everything its operator may; told once, so kept in the file.

    "" while the marketplace is not open.
    """
    tenant, at = find_by_slug(world.slug), now()
    if tenant is None:
        return ""
    with tenant_context(tenant):
        owner = User.objects.get(email=operator_email(world))
        order = KeyOrder("demo", "secret", ("write_all",))
        return make_key(order=order, owner=owner, acting=SYSTEM, at=at).secret


def _sign_ins(world: World, password: str) -> dict[str, Any]:
    first, second = (vendor_email(world, shop.name) for shop in world.shops[:2])
    emails = {
        "operator": operator_email(world),
        "vendor": first,
        "vendor_2": second,
        "customer": customer_email(world),
    }
    return {role: {"email": email, "password": password} for role, email in emails.items()}
