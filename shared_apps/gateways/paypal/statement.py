"""What moved an account's balance at PayPal, by its transaction search.

PayPal describes the search in prose only, needs a permission of its own for it, and tells a movement up to
three hours later. What of ours a payout carries there (`custom_field`) is not verified against PayPal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared_apps.gateways.paypal.amounts import from_wire
from shared_apps.gateways.paypal.disputes import DISPUTES, PayPalDisputes
from shared_apps.gateways.paypal.snapshots import CLOSED
from shared_apps.gateways.statement import BalanceMovement, MovementKind, Reader, page_of_lists
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page

SEARCH = "/v1/reporting/transactions"
# One search reaches this far at most.
REACH = timedelta(days=31)
PER_PAGE = 100
DENIED = "D"
# By how PayPal's event codes begin, the longest first.
KINDS = {
    "T0001": MovementKind.PAYOUT,
    "T1115": MovementKind.PAYOUT,
    "T1107": MovementKind.REFUND,
    "T1106": MovementKind.DISPUTE,
    "T1110": MovementKind.DISPUTE,
    "T1111": MovementKind.DISPUTE,
    "T12": MovementKind.DISPUTE,
    "T00": MovementKind.CHARGE,
    "T01": MovementKind.FEE,
    "T04": MovementKind.PAYOUT,
}


class PayPalStatement(PayPalDisputes):
    """The search, window by window."""

    def balance_movements(self, *, since: datetime, cursor: str = "") -> Page[BalanceMovement]:
        starts = [since]
        while starts[-1] + REACH < now():
            starts.append(starts[-1] + REACH)
        # Counted from `since` on, so that a window is the same for every page; the latest comes first.
        windows = reversed([*enumerate(starts)])
        readers = {str(index): self._reader(start, start + REACH) for index, start in windows}
        return page_of_lists(readers, cursor)

    def _reader(self, start: datetime, end: datetime) -> Reader:
        def page(number: int) -> tuple[list[BalanceMovement], bool]:
            told = self._get(
                SEARCH,
                start_date=_moment(start),
                end_date=_moment(min(end, now())),
                fields="transaction_info",
                page_size=PER_PAGE,
                page=number,
            )
            rows = [row["transaction_info"] for row in told["transaction_details"]]
            kept = [row for row in rows if row.get("transaction_status") != DENIED]
            return [self._movement(row) for row in kept], number < int(told["total_pages"])

        return page

    def _movement(self, row: Mapping[str, Any]) -> BalanceMovement:
        code = row["transaction_event_code"]
        kind = next((kind for start, kind in KINDS.items() if code.startswith(start)), None)
        amount = from_wire(row["transaction_amount"])
        fee = from_wire(row["fee_amount"]) if "fee_amount" in row else Money.zero(amount.currency)
        about = row.get("paypal_reference_id") or row["transaction_id"]
        if kind is MovementKind.DISPUTE:
            about = self._dispute_about(about)
        elif kind is not MovementKind.PAYOUT:
            about = row["transaction_id"]
        return BalanceMovement(
            id=f"{row['transaction_id']}-{code}",
            kind=kind or MovementKind.OTHER,
            amount=amount,
            fee=-fee,
            source_id=about,
            at=datetime.fromisoformat(row["transaction_initiation_date"]),
            reference=str(row.get("custom_field") or "").removesuffix(CLOSED),
        )

    def _dispute_about(self, capture_id: str) -> str:
        """The search names the transaction, not the dispute."""
        found = self._get(DISPUTES, disputed_transaction_id=capture_id)["items"]
        return str(found[0]["dispute_id"]) if found else ""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
