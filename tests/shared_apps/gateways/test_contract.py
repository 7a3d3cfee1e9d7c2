from __future__ import annotations

import inspect
import os
import uuid

import pytest

from shared_apps.gateways.contract import (
    ChargeSaved,
    CreateAccount,
    Credentials,
    DestinationKind,
    Gateway,
    PayoutDestination,
    StartedPayment,
)
from shared_apps.gateways.errors import GatewayUnknown
from shared_apps.gateways.registry import ADAPTERS, gateway_for
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.client import StripeGateway
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.contract_cases import GatewayContract
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import Ground, fresh_key
from tests.shared_apps.gateways.judged_transport import JudgedTransport

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")
ODD = (Money(1250, "JPY"), Money(12340, "KWD"), Money(50000, "UGX"))


class TestStripeOnTheSandbox(GatewayContract):
    @pytest.fixture
    def ground(self, sandbox: Sandbox, transport: JudgedTransport, customer: Customer) -> Ground:
        base = f"{sandbox.url}/stripe"
        gateway = StripeGateway(Credentials("sk_test_contract", base))

        def at_the_page(card: str):
            def press(started: StartedPayment) -> None:
                customer.pay(started.redirect_url, card)

            return press

        def partner() -> PayoutDestination:
            account = gateway.create_account(
                CreateAccount("partner_1", "v@example.org", "DE", fresh_key("account"))
            ).account_id
            link = gateway.onboarding_link(
                account, return_url="http://shop.example/", refresh_url="http://shop.example/"
            )
            customer.press(link.url, action="complete")
            return PayoutDestination(DestinationKind.CONNECTED_ACCOUNT, account)

        return Ground(
            gateway=gateway,
            stranger=gateway_for("stripe", Credentials("nonsense", base)),
            pay=at_the_page("visa"),
            decline=at_the_page("declined"),
            object_to=lambda paid: customer.lever("stripe/dispute", payment=paid)["id"],
            money_arrives=lambda: customer.lever("clock", advance_seconds=2 * 86_400 + 1),
            bounce=lambda payout: customer.lever("stripe/fail_payout", payout=payout),
            destination=partner,
            account_prefix="acct_",
            unknown_payment="cs_test_nobody",
            odd_amounts=ODD,
        )


@pytest.mark.skipif(
    not REAL_KEY, reason="STRIPE_TEST_KEY is not set: Stripe's own test mode was not asked"
)
class TestStripeTestMode(GatewayContract):
    """The same cases at Stripe itself; payments without a page are made with Stripe's test card."""

    @pytest.fixture
    def ground(self, transport: JudgedTransport) -> Ground:
        if not REAL_KEY.startswith(("sk_test_", "rk_test_")):
            pytest.fail("STRIPE_TEST_KEY must be a key of the test mode")
        gateway = StripeGateway(Credentials(REAL_KEY))

        def paid(amount: Money) -> str:
            customer = gateway.open_customer(
                reference="contract", email="ada@example.org", idempotency_key=fresh_key("customer")
            )
            card = gateway._api.payment_methods.attach("pm_card_visa", {"customer": customer})
            charge = ChargeSaved(
                card.id, customer, amount, f"pay_{uuid.uuid4().hex}", fresh_key("charge")
            )
            return gateway.charge_saved(charge).provider_id

        return Ground(
            gateway=gateway,
            stranger=gateway_for("stripe", Credentials("sk_test_nobody")),
            paid_otherwise=paid,
            account_prefix="acct_",
            unknown_payment="cs_test_nobody",
            odd_amounts=ODD,
        )


CALLS = [name for name, value in vars(Gateway).items() if callable(value) and name[0] != "_"]


@pytest.mark.parametrize("kind", ADAPTERS)
@pytest.mark.parametrize("call", CALLS)
def test_every_adapter_takes_every_call_as_the_contract_does(kind, call):
    """A call that a provider lacks is refused by it, not missing, and takes the same parameters."""
    ours = inspect.signature(getattr(Gateway, call)).parameters.values()
    theirs = inspect.signature(getattr(ADAPTERS[kind], call)).parameters.values()
    assert [(one.name, one.kind, one.default) for one in theirs] == [
        (one.name, one.kind, one.default) for one in ours
    ]


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_adapter_says_what_it_can(kind):
    adapter = ADAPTERS[kind]
    assert adapter.kind == kind
    assert bool(adapter.capabilities.payout_destinations) is adapter.capabilities.payouts


def test_an_unknown_provider_is_refused():
    with pytest.raises(GatewayUnknown):
        gateway_for("barter", Credentials("x"))


def test_keys_do_not_show_in_representations():
    assert "sk_test_secret" not in repr(Credentials("sk_test_secret"))
