"""The operator's accounts at the gateway: keys encrypted, one active, the old one retired."""

from __future__ import annotations

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.gateways.errors import CredentialsRefused
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.actor import SYSTEM
from tenant_apps.payments.domain.accounts import (
    BadKey,
    NoGateway,
    connect_account,
    ensure_account,
    open_sandbox_account,
)
from tenant_apps.payments.models import GatewayAccount
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
