"""Putting money into stored value and taking it out, as one posting each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money, exponent
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, Posting, post
from tenant_apps.partners.permissions import require_operator
from tenant_apps.wallet.domain.sources import held_of, wallet_of

_CREDIT_MOST_UNITS = 1_000


class BadCredit(Unprocessable):
    code, title = "bad_credit", "This amount cannot be given"


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


@operation
def give_credit(*, user_id: UUID, amount: Money, note: str, acting: Actor, at: datetime) -> Posting:
    """Give a person something out of goodwill, at the operator's cost; audited with its reason.

    Posts goodwill -> wallet. Raises BadCredit, NotAllowed.
    """
    require_operator(acting)
    most = Money(_CREDIT_MOST_UNITS * 10 ** exponent(amount.currency), amount.currency)
    if not 0 < amount.minor <= most.minor:
        raise BadCredit(errors={"amount": [f"Above zero, at most {most.decimal()}."]})
    if not note.strip():
        raise BadCredit(errors={"note": ["Say what it is for."]})
    subject = Ref("identity.user", str(user_id))
    given = credit(
        source=wallet_of(user_id),
        amount=amount,
        debit="goodwill",
        key=f"goodwill:{uuid7()}",
        kind="goodwill",
        subject=subject,
        at=at,
    )
    changes = {"amount": amount.as_json(), "note": note.strip()}
    record("wallet.credit.give", subject=subject, acting=acting, at=at, changes=changes)
    return given
