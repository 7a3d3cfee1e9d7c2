"""Charging somebody for two vendors' things, without any order around it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.crypto import decrypt
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.checks import check_books
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.payments.domain import accounts, charges, refunds, webhooks
from tenant_apps.payments.domain.charges import Charge, SplitWanted
from tenant_apps.payments.models import GatewayAccount, Payment
from tenant_apps.wallet.domain import balances
from tests.factories import shop

OPERATOR = Actor("user", str(uuid4()), "Ada")


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def make_till(name: str = "") -> Any:
    """Two vendors, the subject of a sale and its two parts."""
    potter, weaver = shop.make_vendor(f"Potter{name}"), shop.make_vendor(f"Weaver{name}")
    return SimpleNamespace(
        potter=potter,
        weaver=weaver,
        subject=Ref("test.sale", str(uuid4())),
        bowl=Ref("test.part", str(uuid4())),
        scarf=Ref("test.part", str(uuid4())),
    )


def charge_of(till: Any, bowl: str, scarf: str, **changes: Any) -> Charge:
    wanted = {
        "subject": till.subject,
        "splits": [
            SplitWanted(till.bowl, till.potter.id, eur(bowl)),
            SplitWanted(till.scarf, till.weaver.id, eur(scarf)),
        ],
        "lines": [],
        "customer_email": "cy@customer.example",
        "expires_at": now() + timedelta(minutes=45),
        "success_url": "http://alpha.galleria.localhost/back/?payment={PAYMENT_ID}",
        "cancel_url": "http://alpha.galleria.localhost/checkout/",
    }
    return Charge(**{**wanted, **changes})


def prepare(charge: Charge, *, kind: str = "") -> UUID:
    """Write the payment; with `kind` at the tenant's (sandbox) account of that gateway."""
    account_id = accounts.ensure_account(at=now(), kind=kind) if kind else None

    @operation
    def write() -> UUID:
        return charges.prepare_payment(charge=charge, account_id=account_id, at=now())

    return write()


def open_page(till: Any, bowl: str = "20.00", scarf: str = "30.00", **changes: Any) -> Any:
    """A payment page at the sandbox, not paid yet."""
    payment_id = prepare(charge_of(till, bowl, scarf, **changes), kind="stripe")
    return charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())


def pay_at_gateway(
    till: Any, customer: Any, bowl: str = "20.00", scarf: str = "30.00", **changes: Any
) -> Payment:
    """A payment made on the sandbox's page and taken over by us."""
    opened = open_page(till, bowl, scarf, **changes)
    customer.pay(opened.redirect_url)
    charges.settle_payment(payment_id=opened.id, at=now())
    return Payment.objects.get(id=opened.id)


def give_money(user_id: UUID, amount: Money) -> str:
    """Something to spend in a wallet; returns its account."""
    source = f"wallet:{user_id}"

    @operation
    def credit() -> None:
        balances.credit(
            source=source,
            amount=amount,
            debit="clearing:bank_transfer",
            key=f"gift:{uuid4()}",
            kind="top_up",
            subject=Ref("test.gift", str(user_id)),
            at=now(),
        )

    credit()
    return source


def refund(split_subject: Ref, amount: str, key: str = "", **changes: Any) -> UUID:
    @operation
    def ask() -> UUID:
        return refunds.request_refund(
            split_subject=split_subject,
            amount=eur(amount),
            reason="returned",
            key=key or str(uuid4()),
            acting=OPERATOR,
            at=now(),
        )

    return ask()


def balance(code: str, ref: object = "") -> str:
    return str(balance_of(code, "EUR", ref=str(ref)).decimal())


def assert_books_hold() -> None:
    assert [(check.name, check.offending) for check in check_books() if not check.holds] == []


def intent_of(payment: Payment) -> str:
    """The page's payment, as the sandbox's levers know it."""
    return str(payment.provider_id)


def work_off() -> None:
    """What the relay does until there is nothing left to do."""
    done = deliver_pending(at=now())
    assert done.failed == 0


def signed(
    account: GatewayAccount, event: dict[str, Any], *, secret: str = ""
) -> tuple[bytes, dict[str, str]]:
    """A message of Stripe's, with the signature that the account's secret makes."""
    body = json.dumps(event).encode()
    stamp = int(time.time())
    key = secret or decrypt(account.webhook_secret)
    digest = hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={stamp},v1={digest}"}


def message(
    kind: str, shown: str, identifier: str, *, reference: str = "", number: int = 0
) -> dict[str, Any]:
    """A message of Stripe's about one of its objects, without anything to be believed in it."""
    return {
        "id": f"evt_{kind}_{number}_{uuid4().hex[:8]}",
        "object": "event",
        "type": kind,
        "data": {
            "object": {
                "object": shown,
                "id": identifier,
                "metadata": {"reference": reference},
            }
        },
    }


def tell_us(account: GatewayAccount, event: dict[str, Any]) -> None:
    """The message comes in by the front door."""
    body, headers = signed(account, event)
    webhooks.take_webhook(
        kind=account.kind, token=account.endpoint_token, body=body, headers=headers, at=now()
    )
