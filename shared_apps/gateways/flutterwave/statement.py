"""What moved an account's balance at Flutterwave, told by three lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared_apps.gateways.contract import PayoutState, RefundState
from shared_apps.gateways.flutterwave.amounts import from_wire
from shared_apps.gateways.flutterwave.errors import data_of
from shared_apps.gateways.flutterwave.people import FlutterwavePeople
from shared_apps.gateways.flutterwave.references import reference_of_payment, reference_of_transfer
from shared_apps.gateways.flutterwave.snapshots import PAID, PAYOUT_STATES, refunded
from shared_apps.gateways.statement import BalanceMovement, MovementKind, Reader, page_of_lists
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page

Read = Callable[[Mapping[str, Any]], list[BalanceMovement]]


class FlutterwaveStatement(FlutterwavePeople):
    """Charges, refunds and transfers."""

    def balance_movements(self, *, since: datetime, cursor: str = "") -> Page[BalanceMovement]:
        """Flutterwave lists by days: the first day comes whole."""
        day = since.astimezone(UTC).date().isoformat()

        def reader(path: str, read: Read, **more: str) -> Reader:
            def page(number: int) -> tuple[list[BalanceMovement], bool]:
                answer = self._call("GET", path, params={"from": day, "page": number, **more})
                rows = data_of(answer)
                told = (answer.body.get("meta") or {}).get("page_info") or {}
                found = [each for row in rows for each in read(row)]
                return found, number < int(told.get("total_pages") or 0)

            return page

        lists = {
            "charges": reader("/transactions", _charge, status=PAID),
            "refunds": reader("/refunds", self._refund),
            "transfers": reader("/transfers", _transfer),
        }
        return page_of_lists(lists, cursor)

    def _refund(self, row: Mapping[str, Any]) -> list[BalanceMovement]:
        """A refund does not say its currency; the transaction it is of does."""
        transaction = self._get(f"/transactions/{row['tx_id']}/verify")
        made = refunded(row, transaction["currency"])
        if made.state is RefundState.FAILED:
            return []
        return [
            BalanceMovement(
                id=f"refund-{row['id']}",
                kind=MovementKind.REFUND,
                amount=-made.amount,
                fee=Money.zero(made.amount.currency),
                source_id=made.refund_id,
                at=datetime.fromisoformat(row["created_at"]),
                reference=str(row.get("comment") or "").partition(" [")[0],
            )
        ]


def _charge(row: Mapping[str, Any]) -> list[BalanceMovement]:
    currency = row["currency"]
    return [
        BalanceMovement(
            id=f"charge-{row['id']}",
            kind=MovementKind.CHARGE,
            amount=from_wire(row["amount"], currency),
            fee=from_wire(row.get("app_fee") or 0, currency),
            source_id=str(row["id"]),
            at=datetime.fromisoformat(row["created_at"]),
            reference=reference_of_payment(row["tx_ref"]),
        )
    ]


def _transfer(row: Mapping[str, Any]) -> list[BalanceMovement]:
    """One that failed has moved nothing in the end."""
    amount = from_wire(row["amount"], row["currency"])
    fee = from_wire(row.get("fee") or 0, row["currency"])
    if PAYOUT_STATES.get(str(row["status"]).upper()) is PayoutState.FAILED:
        return []
    return [
        BalanceMovement(
            id=f"transfer-{row['id']}",
            kind=MovementKind.PAYOUT,
            amount=-amount,
            fee=fee,
            source_id=str(row["id"]),
            at=datetime.fromisoformat(row["created_at"]),
            reference=reference_of_transfer(row["reference"]),
        )
    ]
