"""The chart of accounts: what the first word of an account's code says about it.

An account's natural direction follows its kind: an asset or expense grows by debits, anything
else by credits. Cached accounts keep their balance on the row (and may have a floor); they are
those of one person. Hot accounts take part in every sale and are summed instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared_apps.kernel.errors import InvariantBroken

AccountKind = Literal["asset", "liability", "equity", "income", "expense"]


class UnknownAccount(InvariantBroken):
    """A code that the chart does not have."""


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """What accounts of one first word have in common; `floor` in minor units, None = may owe."""

    kind: AccountKind
    cached: bool = False
    floor: int | None = None


_chart: dict[str, AccountTerms] = {
    "clearing": AccountTerms("asset"),
    "bank": AccountTerms("asset"),
    "disputes_receivable": AccountTerms("asset"),
    "escrow": AccountTerms("liability"),
    "wallet": AccountTerms("liability", cached=True, floor=0),
    "wallet_held": AccountTerms("liability", cached=True, floor=0),
    "vendor": AccountTerms("liability", cached=True),
    "driver": AccountTerms("liability", cached=True),
    "host": AccountTerms("liability", cached=True),
    "advertiser": AccountTerms("liability", cached=True, floor=0),
    "tax": AccountTerms("liability"),
    # The tax the operator owes on its own commission.
    "commission_tax": AccountTerms("liability"),
    "refunds_in_transit": AccountTerms("liability"),
    "payouts_in_transit": AccountTerms("liability"),
    "saas_payable": AccountTerms("liability"),
    "operator": AccountTerms("asset"),
    "commission": AccountTerms("income"),
    "service_fee": AccountTerms("income"),
    "saas_revenue": AccountTerms("income"),
    "gateway_fees": AccountTerms("expense"),
    "saas_commission": AccountTerms("expense"),
    "chargeback_loss": AccountTerms("expense"),
    "goodwill": AccountTerms("expense"),
    "promotion_cost": AccountTerms("expense"),
    "fx": AccountTerms("equity"),
}


def declare_accounts(word: str, terms: AccountTerms) -> None:
    """Add a first word to the chart; a room calls it from apps.ready()."""
    if _chart.setdefault(word, terms) != terms:
        raise InvariantBroken(f"accounts of {word} are already {_chart[word]}")


def terms_of(code: str) -> AccountTerms:
    """What `vendor:<id>` or `escrow` is (rule); raises UnknownAccount."""
    terms = _chart.get(code.partition(":")[0])
    if terms is None:
        raise UnknownAccount(f"the chart of accounts has no {code!r}")
    return terms
