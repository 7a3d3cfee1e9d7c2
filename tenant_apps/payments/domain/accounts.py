"""The operator's accounts at payment gateways."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import Credentials, Gateway, WebhookRegistration
from shared_apps.gateways.errors import CredentialsRefused
from shared_apps.gateways.registry import gateway_for
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import Unavailable, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.payments.lifecycle import GATEWAY_ACCOUNT
from tenant_apps.payments.models import GatewayAccount

_SANDBOX_KIND = "stripe"
_TEST_MARKS = ("sk_test_", "rk_test_")
_KEY_MARKS = (*_TEST_MARKS, "sk_live_", "rk_live_")


class NoGateway(Unavailable):
    code, title = "no_payment_gateway", "This shop cannot take payments yet"


class BadKey(Unprocessable):
    code, title = "bad_gateway_key", "This is not a secret key of the payment provider"


def connect_account(
    *, kind: str, secret_key: str, api_base: str = "", acting: Actor, at: datetime
) -> UUID:
    """Take the operator's own keys into use (journey).

    Stores them encrypted; asks the provider whose they are and registers our webhook address
    there; then activates the account and retires the one before. Raises BadKey, GatewayUnknown,
    CredentialsRefused (the account is then kept as refused), OutcomeUnknown (try again).
    """
    if not secret_key.startswith(_KEY_MARKS):
        raise BadKey(errors={"secret_key": ["A secret key starts with sk_ or rk_."]})
    gateway_for(kind, Credentials(secret_key, api_base))
    account_id = _note_account(
        kind=kind, secret_key=secret_key, api_base=api_base, acting=acting, at=at
    )
    return _finish_connecting(account_id, acting=acting, at=at)


def ensure_account(*, at: datetime) -> UUID:
    """The account that takes payments now; a sandbox one is opened for whoever has none (journey).

    Raises NoGateway where there is no account and no sandbox to open one at.
    """
    found = active_account()
    if found is not None:
        return found.id
    if not settings.GALLERIA_PAY_SANDBOX_URL:
        raise NoGateway
    return open_sandbox_account(at=at)


def open_sandbox_account(*, at: datetime) -> UUID:
    """Let a new tenant take test payments at once (journey); does nothing when it can already."""
    found = active_account()
    if found is not None:
        return found.id
    try:
        api_base = f"{settings.GALLERIA_PAY_SANDBOX_URL.rstrip('/')}/{_SANDBOX_KIND}"
        begun = GatewayAccount.objects.filter(state="connecting", api_base=api_base).first()
        if begun is not None:
            return _finish_connecting(begun.id, acting=SYSTEM, at=at)
        return connect_account(
            kind=_SANDBOX_KIND,
            secret_key=f"sk_test_{current_tenant().id.hex}",
            api_base=api_base,
            acting=SYSTEM,
            at=at,
        )
    except IntegrityError:
        # Two first buyers at once: the other one's account is as good.
        found = active_account()
        if found is None:
            raise
        return found.id


def active_account() -> GatewayAccount | None:
    return GatewayAccount.objects.filter(state="active").order_by("-created_at").first()


def gateway_of(account: GatewayAccount) -> Gateway:
    """The adapter with the account's keys; no call is made."""
    return gateway_for(account.kind, Credentials(decrypt(account.secret_key), account.api_base))


def webhook_secrets_of(account: GatewayAccount) -> list[str]:
    """The secrets that may have signed a message: the present one and, in a rotation, the last."""
    kept = (account.webhook_secret, account.webhook_secret_before)
    return [decrypt(secret) for secret in kept if secret]


@operation
def _note_account(
    *, kind: str, secret_key: str, api_base: str, acting: Actor, at: datetime
) -> UUID:
    """Keep the keys, encrypted, before anybody outside is asked."""
    account = GatewayAccount.objects.create(
        kind=kind,
        secret_key=encrypt(secret_key),
        key_hint=f"…{secret_key[-4:]}",
        api_base=api_base,
        is_test=secret_key.startswith(_TEST_MARKS),
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
    account.webhook_secret = encrypt(registration.secret)
    account.save(update_fields=["provider_account", "webhook_secret"])
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
