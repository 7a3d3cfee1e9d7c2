"""What moved an integration's balance at Paystack, told by four lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared_apps.gateways.paystack.amounts import from_wire
from shared_apps.gateways.paystack.people import PaystackPeople
from shared_apps.gateways.paystack.snapshots import (
    PAYOUT_STATES,
    REFERENCE,
    RESOLVED,
    UNDONE,
    metadata_of,
)
from shared_apps.gateways.statement import (
    BalanceMovement,
    MovementKind,
    Reader,
    page_of_lists,
)
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page

PER_PAGE = 100
Read = Callable[[Mapping[str, Any]], list[BalanceMovement]]


class PaystackStatement(PaystackPeople):
    """Charges, refunds, transfers, and what lost disputes cost."""

    def balance_movements(self, *, since: datetime, cursor: str = "") -> Page[BalanceMovement]:
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

        def reader(path: str, read: Read) -> Reader:
            def page(number: int) -> tuple[list[BalanceMovement], bool]:
                query: dict[str, str | int] = {"from": start, "perPage": PER_PAGE, "page": number}
                rows = self._get(path, **query)
                return [each for row in rows for each in read(row)], len(rows) == PER_PAGE

            return page

        lists = {
            "charges": reader("/transaction", _charge),
            "refunds": reader("/refund", _refund),
            "transfers": reader("/transfer", _transfer),
            "disputes": reader("/dispute", _dispute),
        }
        return page_of_lists(lists, cursor)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _charge(row: Mapping[str, Any]) -> list[BalanceMovement]:
    if row["status"] not in {"success", "reversed"}:
        return []
    currency = row["currency"]
    return [
        BalanceMovement(
            id=f"charge-{row['id']}",
            kind=MovementKind.CHARGE,
            amount=from_wire(row["amount"], currency),
            fee=from_wire(row.get("fees") or 0, currency),
            source_id=str(row["id"]),
            at=_moment(row.get("paid_at") or row["created_at"]),
            reference=str(metadata_of(row).get(REFERENCE, "")),
        )
    ]


def _refund(row: Mapping[str, Any]) -> list[BalanceMovement]:
    if row["status"] == "failed":
        return []
    amount = from_wire(row["amount"], row["currency"])
    return [
        BalanceMovement(
            id=f"refund-{row['id']}",
            kind=MovementKind.REFUND,
            amount=-amount,
            fee=Money.zero(amount.currency),
            source_id=str(row["id"]),
            at=_moment(row["createdAt"]),
            reference=str(row.get("merchant_note") or "").partition(" [")[0],
        )
    ]


def _transfer(row: Mapping[str, Any]) -> list[BalanceMovement]:
    """Away, and back if it came back."""
    amount = from_wire(row["amount"], row["currency"])
    is_back = PAYOUT_STATES.get(row["status"]) in UNDONE
    moves = [("out", -amount, row["createdAt"])]
    if is_back:
        moves.append(("back", amount, row.get("updatedAt") or row["createdAt"]))
    return [
        BalanceMovement(
            id=f"transfer-{row['id']}-{way}",
            kind=MovementKind.PAYOUT,
            amount=moved,
            fee=Money.zero(amount.currency),
            source_id=row["reference"],
            at=_moment(at),
            reference=str(row.get("reason") or ""),
        )
        for way, moved, at in moves
    ]


def _dispute(row: Mapping[str, Any]) -> list[BalanceMovement]:
    if row["status"] != RESOLVED or not row.get("refund_amount"):
        return []
    amount = from_wire(row["refund_amount"], row["currency"])
    return [
        BalanceMovement(
            id=f"dispute-{row['id']}",
            kind=MovementKind.DISPUTE,
            amount=-amount,
            fee=Money.zero(amount.currency),
            source_id=str(row["id"]),
            at=_moment(row["resolvedAt"]),
            reference=str(metadata_of(row["transaction"]).get(REFERENCE, "")),
        )
    ]
