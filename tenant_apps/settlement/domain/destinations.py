"""Where a partner is paid: an account at a gateway, an address, a bank account, the wallet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import AccountSnapshot, CreateAccount, OnboardingLink
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.partners.permissions import Verb, require
from tenant_apps.partners.queries import partner_with
from tenant_apps.payments.domain.accounts import NoGateway, active_account, gateway_of
from tenant_apps.settlement.domain.bank_numbers import BadIban, checked_bic, checked_iban
from tenant_apps.settlement.lifecycle import DESTINATION
from tenant_apps.settlement.models import PayoutDestination

Kind = PayoutDestination.Kind
_HINT_LENGTH = 4
# What a partner may type in themselves; an account at Stripe is opened by onboarding.
TYPED_KINDS = (Kind.BANK, Kind.PAYPAL, Kind.WALLET, Kind.PAYSTACK, Kind.FLUTTERWAVE)


class BadDestination(Unprocessable):
    code, title = "bad_payout_destination", "Payouts cannot go there"


class DestinationUnknown(NotFound):
    code, title = "payout_destination_unknown", "There is no such payout destination"


@dataclass(frozen=True, slots=True)
class Details:
    """What of a destination is secret; which fields are filled depends on its kind."""

    name: str = ""
    iban: str = ""
    bic: str = ""
    number: str = ""
    bank_code: str = ""
    country: str = ""
    email: str = ""
    account: str = ""
    user_id: str = ""

    def as_json(self) -> str:
        return json.dumps({key: getattr(self, key) for key in self.__slots__})


@dataclass(frozen=True, slots=True)
class DestinationView:
    """What may be shown of where a partner is paid."""

    id: UUID
    kind: str
    hint: str
    state: str
    requirements: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"


@operation
def choose_destination(
    *, partner_id: UUID, kind: str, details: Details, acting: Actor, at: datetime
) -> UUID:
    """Have a partner paid there from now on; what was on its way before goes where it was going.

    The one before is retired; audited with the hint only. Raises NotYourPartner, BadDestination.
    """
    require(acting, Verb.MANAGE_PAYOUTS, partner_id)
    checked, hint = _checked(kind, details)
    row = _replace(partner_id, kind, checked, hint, acting=acting, at=at)
    record_move(row, DESTINATION, "verify", acting=acting, at=at)
    return row.id


def begin_onboarding(*, partner_id: UUID, acting: Actor, at: datetime) -> OnboardingLink:
    """Open the partner's account at Stripe, and a link to its questions there (journey).

    Asking again continues with the same account. Raises NotYourPartner, NoGateway, and what the
    gateway raises.
    """
    account = active_account(Kind.STRIPE.value)
    if account is None:
        raise NoGateway
    gateway = gateway_of(account)
    destination_id = _begin(partner_id=partner_id, acting=acting, at=at)
    row = PayoutDestination.objects.get(id=destination_id)
    if not row.provider_account:
        partner = partner_with(partner_id)
        if not partner.country:
            raise BadDestination(
                errors={"country": ["Say your country in the shop profile first."]}
            )
        made = gateway.create_account(
            CreateAccount(
                reference=str(partner_id),
                email=partner.contact_email,
                country=partner.country,
                idempotency_key=f"{current_tenant().id}:account:{destination_id}:1",
            )
        )
        _note_account(destination_id, made, at=at)
        row.refresh_from_db()
    here = absolute_url("/partner/earnings/settings/")
    return gateway.onboarding_link(
        row.provider_account,
        return_url=f"{here}return/",
        refresh_url=f"{here}?again=1",
    )


def refresh_destination(*, destination_id: UUID, at: datetime) -> str:
    """Ask the provider whether it would pay this account (journey); the state afterwards."""
    row = PayoutDestination.objects.filter(id=destination_id).first()
    if row is None:
        raise DestinationUnknown
    account = active_account(row.kind)
    if not row.provider_account or account is None or row.state == "retired":
        return row.state
    snapshot = gateway_of(account).fetch_account(row.provider_account)
    return _note_account(destination_id, snapshot, at=at)


def refresh_account(*, provider_account: str, at: datetime) -> bool:
    """The provider has news of one of our partners' accounts (journey); False if it is not ours."""
    rows = PayoutDestination.objects.filter(provider_account=provider_account)
    found = rows.exclude(state="retired").first() if provider_account else None
    if found is not None:
        refresh_destination(destination_id=found.id, at=at)
    return found is not None


def refresh_unfinished(*, at: datetime) -> int:
    """Look again at accounts whose onboarding is not done (journey); says how many."""
    rows = PayoutDestination.objects.filter(state__in=["pending", "restricted"])
    found = list(rows.exclude(provider_account="").values_list("id", flat=True)[:200])
    for destination_id in found:
        refresh_destination(destination_id=destination_id, at=at)
    return len(found)


def destination_of(partner_id: UUID) -> DestinationView | None:
    """Where a partner is paid now. One query."""
    row = live_destination(partner_id)
    return view_of(row) if row else None


def live_destination(partner_id: UUID) -> PayoutDestination | None:
    rows = PayoutDestination.objects.filter(partner_id=partner_id).exclude(state="retired")
    return rows.first()


def details_of(row: PayoutDestination) -> Details:
    """What is kept encrypted; for whoever sends the money, never for a page."""
    return Details(**json.loads(decrypt(row.details)))


def view_of(row: PayoutDestination) -> DestinationView:
    asked = tuple(part for part in row.requirements.split(",") if part)
    return DestinationView(row.id, row.kind, row.hint, row.state, asked)


@step
def note_refusal(*, destination_id: UUID, code: str, at: datetime) -> None:
    """Money did not arrive there: nobody is paid there again before somebody looked at it."""
    row = PayoutDestination.objects.select_for_update().get(id=destination_id)
    if row.state in {"pending", "ready"}:
        values: Mapping[str, Any] = {"requirements": code[:500]}
        record_move(row, DESTINATION, "restrict", acting=SYSTEM, at=at, values=values)


@operation
def _begin(*, partner_id: UUID, acting: Actor, at: datetime) -> UUID:
    """The partner's row at Stripe, the one begun before if there is one."""
    require(acting, Verb.MANAGE_PAYOUTS, partner_id)
    row = live_destination(partner_id)
    if row is not None and row.kind == Kind.STRIPE:
        return row.id
    return _replace(partner_id, Kind.STRIPE.value, Details(), "", acting=acting, at=at).id


@operation
def _note_account(destination_id: UUID, snapshot: AccountSnapshot, *, at: datetime) -> str:
    """Take over how the account stands at the provider."""
    row = PayoutDestination.objects.select_for_update().get(id=destination_id)
    row.provider_account = snapshot.account_id
    row.hint = f"…{snapshot.account_id[-_HINT_LENGTH:]}"
    row.requirements = ",".join(snapshot.pending_requirements)[:500]
    row.save(update_fields=["provider_account", "hint", "requirements"])
    if snapshot.is_payable and row.state in {"pending", "restricted"}:
        record_move(row, DESTINATION, "verify", acting=SYSTEM, at=at)
    elif not snapshot.is_payable and row.state == "ready":
        record_move(row, DESTINATION, "restrict", acting=SYSTEM, at=at)
    return row.state


@step
def _replace(
    partner_id: UUID, kind: str, details: Details, hint: str, *, acting: Actor, at: datetime
) -> PayoutDestination:
    rows = PayoutDestination.objects.select_for_update().filter(partner_id=partner_id)
    for before in rows.exclude(state="retired"):
        record_move(before, DESTINATION, "retire", acting=acting, at=at)
    made = PayoutDestination.objects.create(
        partner_id=partner_id,
        kind=kind,
        details=encrypt(details.as_json()),
        hint=hint,
        created_at=at,
    )
    record(
        "settlement.payout_destination.choose",
        subject=Ref("settlement.payout_destination", str(made.id)),
        acting=acting,
        at=at,
        changes={"partner": str(partner_id), "kind": kind, "hint": hint},
    )
    return made


def _checked(kind: str, details: Details) -> tuple[Details, str]:
    """The details a kind needs, put straight, and what may be shown of them (rule)."""
    if kind == Kind.BANK:
        return _checked_bank(details)
    if kind == Kind.PAYPAL:
        return _checked_email(details)
    if kind == Kind.WALLET:
        if not details.user_id:
            raise BadDestination(errors={"kind": ["Name whose wallet."]})
        return Details(user_id=details.user_id, name=details.name), details.name
    if kind in {Kind.PAYSTACK, Kind.FLUTTERWAVE}:
        return _checked_number(details)
    raise BadDestination(errors={"kind": ["Choose how to be paid."]})


def _checked_bank(details: Details) -> tuple[Details, str]:
    if not details.name.strip():
        raise BadDestination(errors={"name": ["Whose account is it?"]})
    try:
        iban, bic = checked_iban(details.iban), checked_bic(details.bic)
    except BadIban as error:
        raise BadDestination(errors=error.errors) from error
    kept = Details(name=details.name.strip(), iban=iban, bic=bic, country=iban[:2])
    return kept, f"{iban[:2]} … {iban[-_HINT_LENGTH:]}"


def _checked_email(details: Details) -> tuple[Details, str]:
    email = details.email.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadDestination(errors={"email": ["This is not an e-mail address."]}) from error
    name, _, domain = email.partition("@")
    return Details(email=email, name=details.name.strip()), f"{name[:1]}…@{domain}"


def _checked_number(details: Details) -> tuple[Details, str]:
    number = details.number.replace(" ", "")
    missing = {
        field: ["This is needed."]
        for field, value in (
            ("name", details.name.strip()),
            ("number", number),
            ("bank_code", details.bank_code.strip()),
        )
        if not value
    }
    if missing or not number.isalnum():
        raise BadDestination(errors=missing or {"number": ["Letters and digits only."]})
    kept = Details(
        name=details.name.strip(),
        number=number,
        bank_code=details.bank_code.strip(),
        country=details.country.strip().upper(),
    )
    return kept, f"…{number[-_HINT_LENGTH:]}"
