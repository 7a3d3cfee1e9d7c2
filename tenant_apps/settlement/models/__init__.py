"""Commission rules, terms, earnings and payouts."""

from __future__ import annotations

from tenant_apps.settlement.models.commissions import CommissionRule
from tenant_apps.settlement.models.earnings import (
    Earning,
    EarningFreeze,
    EarningMove,
    EarningReduction,
)
from tenant_apps.settlement.models.payouts import (
    BankFile,
    Payout,
    PayoutBatch,
    PayoutDestination,
    PayoutDestinationMove,
    PayoutMove,
)
from tenant_apps.settlement.models.terms import PayoutTerms, SettlementTerms

__all__ = [
    "BankFile",
    "CommissionRule",
    "Earning",
    "EarningFreeze",
    "EarningMove",
    "EarningReduction",
    "Payout",
    "PayoutBatch",
    "PayoutDestination",
    "PayoutDestinationMove",
    "PayoutMove",
    "PayoutTerms",
    "SettlementTerms",
]
