"""The operator's accounts at payment gateways."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import Credentials, Gateway, WebhookRegistration
from shared_apps.gateways.errors import CredentialsRefused
from shared_apps.gateways.registry import ADAPTERS, gateway_for
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import DomainError, InvariantBroken, NotFound, Unavailable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.payments.domain.keys import checked_keys, is_test_key, sandbox_keys
from tenant_apps.payments.lifecycle import GATEWAY_ACCOUNT
from tenant_apps.payments.models import GATEWAYS, GatewayAccount, Payment

_log = logging.getLogger(__name__)


class NoGateway(Unavailable):
    code, title = "no_payment_gateway", "This shop cannot take payments yet"


class AccountUnknown(NotFound):
    code, title = "gateway_account_unknown", "There is no such account"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the operator typed: the secret key, and the public half where there are two."""

    secret_key: str
    client_id: str = ""
    api_base: str = ""
    is_test: bool | None = None


def connect_account(
    *,
    kind: str,
    secret_key: str,
    client_id: str = "",
    api_base: str = "",
    is_test: bool | None = None,
    acting: Actor,
    at: datetime,
) -> UUID:
    """Take the operator's own keys into use (journey).

    Stores them encrypted; asks the provider whose they are and registers our webhook address
    there; then activates the account and retires the one of this kind before. Raises BadKey,
    GatewayUnknown, CredentialsRefused (the account is then kept as refused), OutcomeUnknown.
    """
    checked_keys(kind, secret_key=secret_key, client_id=client_id)
    gateway_for(kind, Credentials(secret_key, api_base, client_id))
    keys = Keys(secret_key, client_id, api_base, is_test)
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
    if not settings.GALLERIA_PAY_SANDBOX_URL:
        raise NoGateway
    return open_sandbox_account(at=at, kind=kind or GATEWAYS[0])


def open_sandbox_account(*, at: datetime, kind: str = GATEWAYS[0]) -> UUID:
    """Let a new tenant take test payments at once (journey); does nothing when it can already."""
    found = active_account(kind)
    if found is not None:
        return found.id
    try:
        api_base = f"{settings.GALLERIA_PAY_SANDBOX_URL.rstrip('/')}/{kind}"
        begun = GatewayAccount.objects.filter(state="connecting", api_base=api_base).first()
        if begun is not None:
            return _finish_connecting(begun.id, acting=SYSTEM, at=at)
        secret_key, client_id = sandbox_keys(kind, current_tenant().id)
        return connect_account(
            kind=kind,
            secret_key=secret_key,
            client_id=client_id,
            api_base=api_base,
            is_test=True,
            acting=SYSTEM,
            at=at,
        )
    except IntegrityError:
        # Two first buyers at once: the other one's account is as good.
        found = active_account(kind)
        if found is None:
            raise
        return found.id


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
    """The account of a kind that takes payments; of any kind the one whose kind we name first."""
    rows = GatewayAccount.objects.filter(state="active", **({"kind": kind} if kind else {}))
    return min(rows, key=lambda row: GATEWAYS.index(row.kind), default=None)


def kind_of(account_id: UUID | None) -> str:
    """The gateway an account is at; raises AccountUnknown."""
    rows = GatewayAccount.objects.filter(id__in=[account_id])
    found = rows.values_list("kind", flat=True).first()
    if found is None:
        raise AccountUnknown
    return found


def gateway_of(account: GatewayAccount) -> Gateway:
    """The adapter with the account's keys; no call is made."""
    keys = Credentials(decrypt(account.secret_key), account.api_base, account.client_id)
    return gateway_for(account.kind, keys)


def gateway_at(payment: Payment) -> Gateway:
    """The adapter of the account that a payment is made at; not for offline and stored value."""
    if payment.account is None:
        raise InvariantBroken(f"{payment.reference} is at no gateway")
    return gateway_of(payment.account)


def webhook_secrets_of(account: GatewayAccount) -> list[str]:
    """The secrets that may have signed a message: the present one and, in a rotation, the last."""
    kept = (account.webhook_secret, account.webhook_secret_before)
    return [decrypt(secret) for secret in kept if secret]


@operation
def _note_account(*, kind: str, keys: Keys, acting: Actor, at: datetime) -> UUID:
    """Keep the keys, encrypted, before anybody outside is asked."""
    is_test = is_test_key(kind, keys.secret_key) if keys.is_test is None else keys.is_test
    account = GatewayAccount.objects.create(
        kind=kind,
        secret_key=encrypt(keys.secret_key),
        client_id=keys.client_id,
        key_hint=f"…{keys.secret_key[-4:]}",
        api_base=keys.api_base,
        is_test=is_test,
        endpoint_token=secrets.token_urlsafe(24),
        created_at=at,
    )
    return account.id


def _finish_connecting(account_id: UUID, *, acting: Actor, at: datetime) -> UUID:
    account = GatewayAccount.objects.get(id=account_id)
    gateway = gateway_of(account)
    try:
        provider_account = gateway.verify_credentials()
        registration = gateway.register_webhook(
            url=absolute_url(f"/hooks/{account.kind}/{account.endpoint_token}/"),
            of_partners=False,
            idempotency_key=f"{current_tenant().id}:webhook:{account.id}:1",
        )
    except CredentialsRefused:
        _refuse(account.id, acting=acting, at=at)
        raise
    _activate(account.id, provider_account, registration, acting=acting, at=at)
    return account.id


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
    account.provider_account = provider_account
    account.webhook_endpoint = registration.endpoint_id
    account.webhook_secret = encrypt(registration.secret)
    account.verified_at = at
    account.save(
        update_fields=["provider_account", "webhook_endpoint", "webhook_secret", "verified_at"]
    )
    record_move(account, GATEWAY_ACCOUNT, "activate", acting=acting, at=at)
    record(
        "payments.gateway_account.connect",
        subject=Ref("payments.gateway_account", str(account.id)),
        acting=acting,
        at=at,
        changes={"kind": account.kind, "key": account.key_hint, "test": account.is_test},
    )


@operation
def _refuse(account_id: UUID, *, acting: Actor, at: datetime) -> None:
    """The provider does not know these keys; forget them."""
    account = GatewayAccount.objects.select_for_update().get(id=account_id)
    account.secret_key = encrypt(json.dumps("refused"))
    account.save(update_fields=["secret_key"])
    record_move(account, GATEWAY_ACCOUNT, "refuse", acting=acting, at=at)
