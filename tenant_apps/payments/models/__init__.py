"""Accounts at gateways, ways to pay, payments with their splits, refunds and disputes."""

from __future__ import annotations

from tenant_apps.payments.models.accounts import GatewayAccount, GatewayAccountMove
from tenant_apps.payments.models.methods import (
    GATEWAYS,
    METHODS,
    OFFLINE,
    STORED,
    GatewayCustomer,
    MethodTerms,
    SavedMethod,
)
from tenant_apps.payments.models.payments import Payment, PaymentMove, PaymentSplit
from tenant_apps.payments.models.refunds import (
    Dispute,
    DisputeMove,
    DisputePart,
    Refund,
    RefundMove,
)
from tenant_apps.payments.models.statements import DIFFERENCES, Discrepancy, ReconciledDay

__all__ = [
    "DIFFERENCES",
    "GATEWAYS",
    "METHODS",
    "OFFLINE",
    "STORED",
    "Discrepancy",
    "Dispute",
    "DisputeMove",
    "DisputePart",
    "GatewayAccount",
    "GatewayAccountMove",
    "GatewayCustomer",
    "MethodTerms",
    "Payment",
    "PaymentMove",
    "PaymentSplit",
    "ReconciledDay",
    "Refund",
    "RefundMove",
    "SavedMethod",
]
