"""Where the contract is tried: a gateway, and what must be on the other side to try it.

Whoever brings a provider describes its ground in one fixture; the cases in `contract_cases` do the rest.
What a ground lacks is None, and the cases that need it are skipped with that reason: nobody sits at a
provider's page in a run against its own test mode.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from shared_apps.gateways.contract import Gateway, PayoutDestination, StartedPayment, StartPayment
from shared_apps.kernel.money import Money

T = TypeVar("T")


def fresh_key(operation: str) -> str:
    return f"test:{operation}:{uuid.uuid4()}:1"


def payment(
    minor: int = 8400, currency: str = "EUR", key: str = "", **changes: object
) -> StartPayment:
    reference = f"pay_{uuid.uuid4().hex}"
    values = {
        "reference": reference,
        "amount": Money(minor, currency),
        "success_url": "http://shop.galleria.localhost:8000/paid?payment={PAYMENT_ID}",
        "cancel_url": "http://shop.galleria.localhost:8000/cart",
        "idempotency_key": key or f"test:start:{reference}:1",
        "customer_email": "ada@example.org",
        "metadata": {"order": "order_1"},
        **changes,
    }
    return StartPayment(**values)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """`gateway` has good keys, `stranger` keys that the provider does not know.

    `pay` and `decline` are the customer at the page; `paid_otherwise` makes a captured payment without
    one; `object_to` opens a dispute about a payment and tells its id; `money_arrives` makes what was
    captured available for payouts; `bounce` makes a payout come back.
    """

    gateway: Gateway
    stranger: Gateway
    pay: Callable[[StartedPayment], None] | None = None
    decline: Callable[[StartedPayment], None] | None = None
    paid_otherwise: Callable[[Money], str] | None = None
    object_to: Callable[[str], str] | None = None
    money_arrives: Callable[[], None] | None = None
    bounce: Callable[[str], None] | None = None
    destination: Callable[[], PayoutDestination] | None = None
    currency: str = "EUR"
    account_prefix: str = ""
    unknown_payment: str = "nobody"
    # Amounts of currencies whose minor units the provider counts in its own way.
    odd_amounts: tuple[Money, ...] = ()
    # Not every provider compares a repeated request with the first one of its key.
    compares_repetitions: bool = True
    # Not every provider lets a page be closed before its time.
    closes_pages: bool = True
    # Not every provider tells what it kept of a payment.
    tells_fees: bool = True

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def start(self, minor: int = 8400, **changes: object) -> tuple[StartPayment, StartedPayment]:
        wish = payment(minor, self.currency, **changes)
        return wish, self.gateway.start_payment(wish)

    def paid(self, minor: int = 8400, **changes: object) -> str:
        """The id of a payment somebody has paid on the page, or that was captured without one."""
        if self.pay is None and self.paid_otherwise is not None and not changes:
            return self.paid_otherwise(self.money(minor))
        pay = lacking(self.pay, "nobody sits at the provider's page in this run")
        _, started = self.start(minor, **changes)
        pay(started)
        return started.provider_id


def lacking(part: T | None, reason: str) -> T:
    """The part, or a visible skip."""
    if part is None:
        pytest.skip(reason)
    return part
