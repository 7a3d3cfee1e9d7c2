"""The operator's accounts at payment gateways: connect, verify, rotate, retire."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import Credentials, Gateway, WebhookRegistration
from shared_apps.gateways.errors import CredentialsRefused
from shared_apps.gateways.registry import (
    ADAPTERS,
    api_base_of_test_mode,
    gateway_for,
    is_test,
    key_fields_of,
)
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import (
    DomainError,
    InvariantBroken,
    NotFound,
    Unavailable,
    Unprocessable,
)
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.payments.lifecycle import GATEWAY_ACCOUNT
from tenant_apps.payments.models import GATEWAYS, GatewayAccount, Payment

# What keys begin with whose provider names no beginning: PayPal's are A and E by habit.
_PREFIXES = {("paypal", "client_id"): "A", ("paypal", "secret_key"): "E"}
_log = logging.getLogger(__name__)


class NoGateway(Unavailable):
    code, title = "no_payment_gateway", "This shop cannot take payments yet"


class BadKey(Unprocessable):
    code, title = "bad_gateway_key", "This is not a key of the payment provider"


class AccountUnknown(NotFound):
    code, title = "gateway_account_unknown", "There is no such account"


def connect_account(
    *,
    kind: str,
    keys: Mapping[str, str],
    in_test_mode: bool = False,
    api_base: str = "",
    acting: Actor,
    at: datetime,
) -> UUID:
    """Take the operator's own keys into use, or new ones in place of the old (journey).

    `keys` are named as the provider's `key_fields`; `in_test_mode` chooses the test address of a
    provider whose keys do not say it, `api_base` any other. Stores them encrypted; asks the provider whose they are and
    registers our webhook address there; then activates the account and retires the one of this
    kind before, whose old payments go on. Raises BadKey, GatewayUnknown, CredentialsRefused (the
    account is then kept as refused), OutcomeUnknown.
    """
    _check_keys(kind, keys)
    base = api_base or (api_base_of_test_mode(kind) if in_test_mode else "")
    return _connect(kind, Credentials(api_base=base, **keys), acting=acting, at=at)


def _check_keys(kind: str, keys: Mapping[str, str]) -> None:
    """Refuse what cannot be keys of this provider before anybody is asked (rule)."""
    wrong: dict[str, list[str]] = {}
    for field in key_fields_of(kind):
        said = keys.get(field.name, "")
        if field.is_required and not said:
            wrong[field.name] = ["Enter this key."]
        elif said and field.starts_with and not said.startswith(field.starts_with):
            wrong[field.name] = [f"It starts with {' or '.join(field.starts_with)}."]
    unknown = set(keys) - {field.name for field in key_fields_of(kind)}
    if wrong or unknown:
        raise BadKey(errors={**wrong, **{name: ["No such key."] for name in unknown}})


def _connect(kind: str, keys: Credentials, *, acting: Actor, at: datetime) -> UUID:
    account_id = _note_account(kind=kind, keys=keys, acting=acting, at=at)
    return _finish_connecting(account_id, acting=acting, at=at)


def ensure_account(*, at: datetime, kind: str = "") -> UUID:
    """The account that takes payments now; a sandbox one is opened for whoever has none (journey).

    Without a kind any active account will do. Raises NoGateway where there is no account and no
    sandbox to open one at.
    """
    found = active_account(kind)
    if found is not None:
        return found.id
    if not settings.GALLERIA_PAY_SANDBOX_URL or _was_chosen(kind):
        raise NoGateway
    return open_sandbox_account(at=at, kind=kind or GATEWAYS[0])


def _was_chosen(kind: str) -> bool:
    """The operator has retired their account of this kind: nothing is opened in its place."""
    kinds = [kind] if kind else GATEWAYS
    return GatewayAccount.objects.filter(kind__in=kinds, state="retired").exists()


def open_sandbox_account(*, at: datetime, kind: str = GATEWAYS[0]) -> UUID:
    """Let a new tenant take test payments at once (journey); does nothing when it can already."""
    found = active_account(kind)
    if found is not None:
        return found.id
    try:
        keys = _sandbox_keys(kind, current_tenant().id)
        rows = GatewayAccount.objects.filter(state="connecting", api_base=keys.api_base)
        begun = rows.first()
        if begun is not None:
            return _finish_connecting(begun.id, acting=SYSTEM, at=at)
        return _connect(kind, keys, acting=SYSTEM, at=at)
    except IntegrityError:
        # Two first buyers at once: the other one's account is as good.
        found = active_account(kind)
        if found is None:
            raise
        return found.id


def _sandbox_keys(kind: str, tenant_id: UUID) -> Credentials:
    """Keys of a tenant at the sandbox, made from its id and shaped like the provider's (rule)."""
    made = {"secret_key": tenant_id.hex}
    for field in key_fields_of(kind):
        prefix = next((each for each in field.starts_with if "test" in each.lower()), None)
        prefix = _PREFIXES.get((kind, field.name), "") if prefix is None else prefix
        made[field.name] = f"{prefix}{tenant_id.hex}"
    base = settings.GALLERIA_PAY_SANDBOX_URL.rstrip("/")
    return Credentials(api_base=f"{base}/{kind}", **made)


def open_sandbox_accounts(*, at: datetime) -> None:
    """Test accounts at every provider the sandbox plays (journey).

    Without the first nobody can pay and the job comes again; a missing other one is only logged.
    """
    open_sandbox_account(at=at)
    for kind in ADAPTERS:
        try:
            open_sandbox_account(at=at, kind=kind)
        except DomainError as error:
            _log.warning("no sandbox account", extra={"kind": kind, "code": error.code})


def active_account(kind: str = "") -> GatewayAccount | None:
    """The account of a kind that takes payments; of any kind a live one, in our order."""
    rows = GatewayAccount.objects.filter(state="active", **({"kind": kind} if kind else {}))
    return min(rows, key=lambda row: (row.is_test, GATEWAYS.index(row.kind)), default=None)


def kind_of(account_id: UUID | None) -> str:
    """The gateway an account is at; raises AccountUnknown."""
    rows = GatewayAccount.objects.filter(id__in=[account_id])
    found = rows.values_list("kind", flat=True).first()
    if found is None:
        raise AccountUnknown
    return found


def gateway_of(account: GatewayAccount) -> Gateway:
    """The adapter with the account's keys; no call is made."""
    return gateway_for(account.kind, _keys_of(account))


def _keys_of(account: GatewayAccount) -> Credentials:
    return Credentials(
        secret_key=decrypt(account.secret_key),
        api_base=account.api_base,
        client_id=account.client_id,
        webhook_secret=decrypt(account.signing_secret) if account.signing_secret else "",
    )


def gateway_at(payment: Payment) -> Gateway:
    """The adapter of the account that a payment is made at; not for offline and stored value."""
    if payment.account is None:
        raise InvariantBroken(f"{payment.reference} is at no gateway")
    return gateway_of(payment.account)


def webhook_secrets_of(account: GatewayAccount) -> list[str]:
    """The secrets that may have signed a message: the present one and, in a rotation, the last."""
    kept = (account.webhook_secret, account.webhook_secret_before)
    return [decrypt(secret) for secret in kept if secret]


def secret_to_enter(kind: str) -> str:
    """What the operator has to enter on the provider's own pages so that messages prove themselves.

    Empty where the provider signs with something it knows already.
    """
    account = active_account(kind)
    is_chosen_here = any(field.name == "webhook_secret" for field in key_fields_of(kind))
    if account is None or not is_chosen_here or not account.webhook_secret:
        return ""
    return decrypt(account.webhook_secret)


def verify_account(*, account_id: UUID, acting: Actor, at: datetime) -> None:
    """Ask the provider once more whether it knows the keys (journey); audited.

    Raises AccountUnknown, CredentialsRefused (nothing is changed: the operator decides).
    """
    account = _active(account_id)
    provider_account = gateway_of(account).verify_credentials()
    _note_verified(account.id, provider_account, acting=acting, at=at)


def renew_webhook(*, account_id: UUID, acting: Actor, at: datetime) -> None:
    """Register our address once more and take its new secret into use (journey); audited.

    Messages signed with the secret before are believed until the next renewal. Raises
    AccountUnknown, CredentialsRefused, OutcomeUnknown.
    """
    account = _active(account_id)
    rounds = account.webhook_rounds + 1
    registration = _register(account, rounds)
    _take_secret(account.id, registration, rounds, acting=acting, at=at)


@operation
def retire_account(*, account_id: UUID, acting: Actor, at: datetime) -> None:
    """Take no new payments at this account; refunds and messages of old ones go on. Audited.

    Raises AccountUnknown.
    """
    account = _active(account_id)
    record_move(account, GATEWAY_ACCOUNT, "retire", acting=acting, at=at)
    _audit("retire", account, acting=acting, at=at)


def _active(account_id: UUID) -> GatewayAccount:
    account = GatewayAccount.objects.filter(id=account_id, state="active").first()
    if account is None:
        raise AccountUnknown
    return account


@operation
def _note_account(*, kind: str, keys: Credentials, acting: Actor, at: datetime) -> UUID:
    """Keep the keys, encrypted, before anybody outside is asked."""
    account = GatewayAccount.objects.create(
        kind=kind,
        secret_key=encrypt(keys.secret_key),
        client_id=keys.client_id,
        signing_secret=encrypt(keys.webhook_secret) if keys.webhook_secret else "",
        key_hint=f"…{keys.secret_key[-4:]}",
        api_base=keys.api_base,
        is_test=is_test(kind, keys),
        endpoint_token=secrets.token_urlsafe(24),
        created_at=at,
    )
    return account.id


def _finish_connecting(account_id: UUID, *, acting: Actor, at: datetime) -> UUID:
    account = GatewayAccount.objects.get(id=account_id)
    try:
        provider_account = gateway_of(account).verify_credentials()
        registration = _register(account, 1)
    except CredentialsRefused:
        _refuse(account.id, acting=acting, at=at)
        raise
    _activate(account.id, provider_account, registration, acting=acting, at=at)
    return account.id


def _register(account: GatewayAccount, rounds: int) -> WebhookRegistration:
    return gateway_of(account).register_webhook(
        url=absolute_url(f"/hooks/{account.kind}/{account.endpoint_token}/"),
        of_partners=False,
        idempotency_key=f"{current_tenant().id}:webhook:{account.id}:{rounds}",
    )


@operation
def _activate(
    account_id: UUID,
    provider_account: str,
    registration: WebhookRegistration,
    *,
    acting: Actor,
    at: datetime,
) -> None:
    """Retire the account before, keep the webhook's secret, open the new one; audited."""
    account = GatewayAccount.objects.select_for_update().get(id=account_id)
    before = GatewayAccount.objects.select_for_update().filter(kind=account.kind, state="active")
    for old in before:
        record_move(old, GATEWAY_ACCOUNT, "retire", acting=acting, at=at)
    told = {
        "provider_account": provider_account,
        "webhook_endpoint": registration.endpoint_id,
        "webhook_secret": encrypt(registration.secret) if registration.secret else "",
        "verified_at": at,
    }
    record_move(account, GATEWAY_ACCOUNT, "activate", acting=acting, at=at, values=told)
    _audit("connect", account, acting=acting, at=at)


@operation
def _note_verified(account_id: UUID, provider_account: str, *, acting: Actor, at: datetime) -> None:
    """The keys still open the account; audited."""
    account = GatewayAccount.objects.select_for_update().get(id=account_id)
    account.provider_account, account.verified_at = provider_account, at
    account.save(update_fields=["provider_account", "verified_at"])
    _audit("verify", account, acting=acting, at=at)


@operation
def _take_secret(
    account_id: UUID,
    registration: WebhookRegistration,
    rounds: int,
    *,
    acting: Actor,
    at: datetime,
) -> None:
    """The provider signs with a new secret; the last one stays good for messages under way."""
    account = GatewayAccount.objects.select_for_update().get(id=account_id)
    if account.webhook_rounds >= rounds:
        return
    account.webhook_rounds = rounds
    account.webhook_endpoint = registration.endpoint_id
    account.webhook_secret_before = account.webhook_secret
    account.webhook_secret = encrypt(registration.secret) if registration.secret else ""
    account.save()
    _audit("renew_webhook", account, acting=acting, at=at)


@operation
def _refuse(account_id: UUID, *, acting: Actor, at: datetime) -> None:
    """The provider does not know these keys; forget them."""
    account = GatewayAccount.objects.select_for_update().get(id=account_id)
    forgotten = {"secret_key": encrypt(json.dumps("refused")), "signing_secret": ""}
    record_move(account, GATEWAY_ACCOUNT, "refuse", acting=acting, at=at, values=forgotten)


def _audit(what: str, account: GatewayAccount, *, acting: Actor, at: datetime) -> None:
    record(
        f"payments.gateway_account.{what}",
        subject=Ref("payments.gateway_account", str(account.id)),
        acting=acting,
        at=at,
        changes={"kind": account.kind, "key": account.key_hint, "test": account.is_test},
    )
