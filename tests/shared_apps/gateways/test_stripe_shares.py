"""Partners' accounts and the shares sent to them."""

from __future__ import annotations

import uuid

import pytest

from shared_apps.gateways.contract import CreateAccount, ReverseTransfer, SendTransfer
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.stripe.client import StripeGateway
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import payment


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def onboarded(gateway: StripeGateway, customer: Customer) -> str:
    account = gateway.create_account(
        CreateAccount("partner_1", "v@example.org", "DE", f"k:{uuid.uuid4()}")
    )
    link = gateway.onboarding_link(
        account.account_id,
        return_url="http://shop.example/back",
        refresh_url="http://shop.example/again",
    )
    assert "Set up your payouts" in customer.see(link.url).text
    assert customer.press(link.url, action="complete") == "http://shop.example/back"
    assert customer.press(link.url, action="complete") == "http://shop.example/again"
    return account.account_id


def charged(gateway: StripeGateway, customer: Customer) -> str:
    started = gateway.start_payment(payment(10000))
    customer.pay(started.redirect_url)
    return gateway.fetch_payment(started.provider_id).charge_id


def share(account: str, minor: int, charge: str) -> SendTransfer:
    return SendTransfer(account, eur(minor), charge, "order_1", "share_1", f"k:{uuid.uuid4()}")


def test_an_onboarded_partner_is_payable(gateway, customer):
    account = gateway.fetch_account(onboarded(gateway, customer))
    assert account.is_payable
    assert account.has_submitted_details
    assert account.pending_requirements == ()


def test_a_partner_who_is_not_gets_nothing(gateway, customer):
    account = gateway.create_account(CreateAccount("partner_1", "v@example.org", "DE", "k:account"))
    with pytest.raises(GatewayRefused) as refusal:
        gateway.transfer(share(account.account_id, 100, charged(gateway, customer)))
    assert refusal.value.members["provider_code"] == "insufficient_capabilities_for_transfer"


def test_shares_of_a_charge_never_exceed_it(gateway, customer):
    first, second = onboarded(gateway, customer), onboarded(gateway, customer)
    charge = charged(gateway, customer)
    assert gateway.transfer(share(first, 5400, charge)).amount == eur(5400)
    gateway.transfer(share(second, 4600, charge))
    with pytest.raises(GatewayRefused) as refusal:
        gateway.transfer(share(second, 1, charge))
    assert refusal.value.members["provider_code"] == "balance_insufficient"


def test_a_repeated_share_is_sent_once(gateway, customer):
    account, charge = onboarded(gateway, customer), charged(gateway, customer)
    wish = share(account, 5400, charge)
    assert gateway.transfer(wish) == gateway.transfer(wish)
    assert len(gateway._api.transfers.list({"transfer_group": "order_1"}).data) == 1


def test_a_share_is_taken_back_in_parts_and_no_further(gateway, customer):
    account, charge = onboarded(gateway, customer), charged(gateway, customer)
    sent = gateway.transfer(share(account, 5400, charge))

    def take(minor: int) -> Money:
        wish = ReverseTransfer(sent.transfer_id, eur(minor), "reversal_1", f"k:{uuid.uuid4()}")
        return gateway.reverse_transfer(wish).reversed

    assert take(400) == eur(400)
    with pytest.raises(GatewayRefused):
        take(5001)
    assert take(5000) == eur(5400)


def test_without_a_charge_a_share_needs_money_that_has_settled(gateway, customer):
    account = onboarded(gateway, customer)
    charged(gateway, customer)
    with pytest.raises(GatewayRefused):
        gateway.transfer(share(account, 100, ""))
    customer.lever("clock", advance_seconds=2 * 86_400 + 1)
    assert gateway.transfer(share(account, 100, "")).amount == eur(100)


def test_a_partner_sees_its_own_balance_and_is_paid_out(gateway, customer):
    account, charge = onboarded(gateway, customer), charged(gateway, customer)
    gateway.transfer(share(account, 5400, charge))
    as_partner = {"stripe_account": account}
    by_hand = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    settings = gateway._api.balance_settings.update(by_hand, as_partner)
    assert settings.payments.payouts.schedule.interval == "manual"
    balance = gateway._api.balance.retrieve({}, as_partner)
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 5400)
    customer.lever("clock", advance_seconds=2 * 86_400 + 1)
    payout = gateway._api.payouts.create({"amount": 5400, "currency": "eur"}, as_partner)
    assert payout.status == "pending"
    customer.lever("clock", advance_seconds=86_401)
    assert gateway._api.payouts.retrieve(payout.id, {}, as_partner).status == "paid"
    assert gateway._api.payouts.list().data == []


def test_another_key_sees_nothing_of_it(gateway, beta_gateway, customer):
    account, charge = onboarded(gateway, customer), charged(gateway, customer)
    with pytest.raises(GatewayRefused):
        beta_gateway.fetch_account(account)
    with pytest.raises(GatewayRefused):
        beta_gateway.transfer(share(account, 100, charge))
    assert beta_gateway._api.charges.list().data == []
