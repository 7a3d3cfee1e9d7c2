"""Putting money into stored value and taking it out, as one posting each."""

from __future__ import annotations

from datetime import datetime

from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.ledger.domain.posting import Leg, Posting, post
from tenant_apps.wallet.domain.sources import held_of


@step
def credit(
    *,
    source: str,
    amount: Money,
    debit: str,
    key: str,
    kind: str,
    subject: Ref,
    at: datetime,
) -> Posting:
    """Put an amount out of account `debit` into a wallet or gift card, once per key.

    Raises InsufficientFunds when `debit` has a floor and too little.
    """
    held_of(source)
    return post(kind=kind, key=key, subject=subject, legs=[Leg(debit, source, amount)], at=at)


@step
def debit(
    *,
    source: str,
    amount: Money,
    credit: str,
    key: str,
    kind: str,
    subject: Ref,
    at: datetime,
    ref: str = "",
) -> Posting:
    """Take an amount out of a wallet or gift card into account `credit`, once per key.

    The account's balance decides in one conditional UPDATE: of many at once, only as many win as
    there is money for. Raises InsufficientFunds.
    """
    held_of(source)
    legs = [Leg(source, credit, amount, ref=ref)]
    return post(kind=kind, key=key, subject=subject, legs=legs, at=at)
