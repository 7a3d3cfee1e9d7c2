"""Disputes, and the statement of the operator's balance."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import stripe

from shared_apps.gateways.contract import DisputeEvidence, DisputeSnapshot
from shared_apps.gateways.statement import BalanceMovement
from shared_apps.gateways.stripe.connection import StripeConnection
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.snapshots import balance_movement, dispute_snapshot
from shared_apps.kernel.pages import Page

if TYPE_CHECKING:
    from stripe.params import BalanceTransactionListParams, DisputeUpdateParamsEvidence

DISPUTE_EXPANSIONS = ["charge"]
MOVEMENTS_PER_PAGE = 100


class StripeStatements(StripeConnection):
    def fetch_dispute(self, dispute_id: str) -> DisputeSnapshot:
        with stripe_errors():
            return dispute_snapshot(
                self._api.disputes.retrieve(dispute_id, {"expand": DISPUTE_EXPANSIONS})
            )

    def submit_evidence(self, evidence: DisputeEvidence) -> DisputeSnapshot:
        with stripe_errors():
            told = self._api.disputes.update(
                evidence.dispute_id,
                {
                    "evidence": _evidence(evidence),
                    "submit": evidence.is_final,
                    "expand": DISPUTE_EXPANSIONS,
                },
                {"idempotency_key": evidence.idempotency_key},
            )
        return dispute_snapshot(told)

    def accept_dispute(self, dispute_id: str, *, idempotency_key: str) -> DisputeSnapshot:
        with stripe_errors():
            closed = self._api.disputes.close(
                dispute_id, {"expand": DISPUTE_EXPANSIONS}, {"idempotency_key": idempotency_key}
            )
        return dispute_snapshot(closed)

    def balance_movements(self, *, since: datetime, cursor: str = "") -> Page[BalanceMovement]:
        params: BalanceTransactionListParams = {
            "created": {"gte": int(since.timestamp())},
            "limit": MOVEMENTS_PER_PAGE,
            "expand": ["data.source"],
        }
        if cursor:
            params["starting_after"] = cursor
        with stripe_errors():
            found: stripe.ListObject[stripe.BalanceTransaction] = (
                self._api.balance_transactions.list(params)
            )
        return Page(
            items=[balance_movement(entry) for entry in found.data],
            next_cursor=found.data[-1].id if found.has_more else "",
            prev_cursor="",
        )


def _evidence(evidence: DisputeEvidence) -> DisputeUpdateParamsEvidence:
    told: DisputeUpdateParamsEvidence = {"uncategorized_text": evidence.explanation}
    if evidence.product_description:
        told["product_description"] = evidence.product_description
    if evidence.customer_email:
        told["customer_email_address"] = evidence.customer_email
    if evidence.shipping_carrier:
        told["shipping_carrier"] = evidence.shipping_carrier
    if evidence.tracking_number:
        told["shipping_tracking_number"] = evidence.tracking_number
    if evidence.shipping_date:
        told["shipping_date"] = evidence.shipping_date
    return told
