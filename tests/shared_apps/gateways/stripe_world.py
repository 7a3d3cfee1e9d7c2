"""What the tests of Stripe's sandbox do over and over."""

from __future__ import annotations

from shared_apps.gateways.contract import (
    CreateAccount,
    DestinationKind,
    PayoutDestination,
    RefundPayment,
    SendPayout,
    WebhookEvent,
)
from shared_apps.gateways.stripe.client import StripeGateway
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.conftest import Mailbox
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import fresh_key, payment

A_DAY = 86_400
SETTLED = 2 * A_DAY + 1


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def listening(gateway: StripeGateway, mailbox: Mailbox, *, of_partners: bool = False) -> str:
    """Register the mailbox; the secret."""
    return gateway.register_webhook(
        url=mailbox.url, of_partners=of_partners, idempotency_key=f"k:hook:{of_partners}"
    ).secret


def heard(gateway: StripeGateway, mailbox: Mailbox, secret: str, count: int) -> list[WebhookEvent]:
    return [
        gateway.parse_webhook(body, headers, secrets=[secret])
        for body, headers in mailbox.wait(count)
    ]


def paid(gateway: StripeGateway, customer: Customer, card: str = "visa", **changes: object) -> str:
    started = gateway.start_payment(payment(**changes))
    customer.pay(started.redirect_url, card)
    return started.provider_id


def onboarded(gateway: StripeGateway, customer: Customer) -> str:
    account = gateway.create_account(
        CreateAccount("partner_1", "v@example.org", "DE", fresh_key("account"))
    )
    link = gateway.onboarding_link(
        account.account_id,
        return_url="http://shop.example/back",
        refresh_url="http://shop.example/again",
    )
    customer.press(link.url, action="complete")
    return account.account_id


def payout(account: str, minor: int, charge: str = "", reference: str = "payout_1") -> SendPayout:
    destination = PayoutDestination(DestinationKind.CONNECTED_ACCOUNT, account)
    return SendPayout(destination, eur(minor), reference, fresh_key("payout"), charge)


def refund(payment_id: str, minor: int) -> RefundPayment:
    return RefundPayment(payment_id, eur(minor), "refund_1", fresh_key("refund"))


def nets(gateway: StripeGateway) -> int:
    """What the balance of the operator comes to, available or not."""
    balance = gateway._api.balance.retrieve()
    return balance.available[0].amount + balance.pending[0].amount
