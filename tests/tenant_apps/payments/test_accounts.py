"""The operator's accounts at the gateway: keys encrypted, one active, the old one retired."""

from __future__ import annotations

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.gateways.errors import CredentialsRefused
from shared_apps.gateways.sandbox.everyone import everyone
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.actor import SYSTEM
from tenant_apps.payments.domain.accounts import (
    AccountUnknown,
    BadKey,
    NoGateway,
    connect_account,
    ensure_account,
    open_sandbox_account,
    open_sandbox_accounts,
    retire_account,
    secret_to_enter,
    verify_account,
)
from tenant_apps.payments.models import GatewayAccount
from tenant_apps.payments.queries import accounts_in_use
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox(tmp_path, settings):
    running = Sandbox(providers=[StripeFake()], path=str(tmp_path / "sandbox.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    yield running
    running.stop()


def test_new_tenant_takes_test_payments(sandbox, in_alpha):
    first = open_sandbox_account(at=NOW)

    assert ensure_account(at=NOW) == first
    account = GatewayAccount.objects.get()
    assert (account.state, account.is_test) == ("active", True)
    assert "sk_test" not in account.secret_key
    assert "whsec" not in account.webhook_secret
    assert account.webhook_secret != ""


def test_without_sandbox_and_keys(in_alpha, settings):
    settings.GALLERIA_PAY_SANDBOX_URL = ""

    with pytest.raises(NoGateway):
        ensure_account(at=NOW)


def test_own_keys_replace_the_sandbox(sandbox, in_alpha):
    before = open_sandbox_account(at=NOW)

    after = connect_account(
        kind="stripe",
        keys={"secret_key": "sk_test_ofTheOperator"},
        api_base=f"{sandbox.url}/stripe",
        acting=SYSTEM,
        at=NOW,
    )

    states = dict(GatewayAccount.objects.values_list("id", "state"))
    assert states == {before: "retired", after: "active"}
    changes = AuditEntry.objects.filter(action="payments.gateway_account.connect").values_list(
        "changes", flat=True
    )
    assert "ofTheOperator" not in str(list(changes))


def test_refused_keys_are_forgotten(sandbox, in_alpha):
    with pytest.raises(BadKey):
        connect_account(kind="stripe", keys={"secret_key": "hello"}, acting=SYSTEM, at=NOW)
    with pytest.raises(CredentialsRefused):
        connect_account(
            kind="stripe",
            keys={"secret_key": "sk_live_wrong"},
            api_base=f"{sandbox.url}/stripe",
            acting=SYSTEM,
            at=NOW,
        )

    assert GatewayAccount.objects.get().state == "refused"


def test_every_provider_of_the_sandbox_at_once(tmp_path, settings, in_alpha):
    running = Sandbox(providers=everyone(), path=str(tmp_path / "all.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    try:
        open_sandbox_accounts(at=NOW)
        open_sandbox_accounts(at=NOW)
    finally:
        running.stop()

    kinds = GatewayAccount.objects.filter(state="active").values_list("kind", flat=True)
    assert sorted(kinds) == ["flutterwave", "paypal", "paystack", "stripe"]
    assert [each.kind for each in accounts_in_use()] == [
        "stripe",
        "paypal",
        "paystack",
        "flutterwave",
    ]
    assert secret_to_enter("flutterwave") != ""
    assert [secret_to_enter(kind) for kind in ("stripe", "paypal", "paystack")] == ["", "", ""]


def test_retired_is_not_opened_again_by_itself(sandbox, in_alpha):
    account_id = open_sandbox_account(at=NOW)

    retire_account(account_id=account_id, acting=SYSTEM, at=NOW)

    with pytest.raises(NoGateway):
        ensure_account(at=NOW)
    with pytest.raises(AccountUnknown):
        verify_account(account_id=account_id, acting=SYSTEM, at=NOW)


def test_keys_are_checked_before_anybody_is_asked(in_alpha):
    for kind, keys in (
        ("paystack", {"secret_key": "sk_live"}),
        ("paypal", {"secret_key": "E1"}),
        ("flutterwave", {"secret_key": "FLW"}),
        ("stripe", {"secret_key": "sk_test_1", "client_id": "A1"}),
    ):
        with pytest.raises(BadKey):
            connect_account(kind=kind, keys=keys, acting=SYSTEM, at=NOW)

    assert GatewayAccount.objects.count() == 0
