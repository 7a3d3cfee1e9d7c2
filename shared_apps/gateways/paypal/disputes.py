"""What payers object to at PayPal, and what we say to it.

PayPal describes its disputes in prose only, so no judge stands here: the fields are those of its reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared_apps.gateways.contract import DisputeEvidence, DisputeSnapshot, DisputeState
from shared_apps.gateways.paypal.amounts import from_wire
from shared_apps.gateways.paypal.errors import body_of
from shared_apps.gateways.paypal.people import PayPalPeople
from shared_apps.gateways.paypal.snapshots import CLOSED
from shared_apps.kernel.money import Money

DISPUTES = "/v1/customer/disputes"
STATES = {
    "WAITING_FOR_SELLER_RESPONSE": DisputeState.NEEDS_RESPONSE,
    "OPEN": DisputeState.NEEDS_RESPONSE,
}
LOST = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED", "RESOLVED_WITH_PAYOUT"})
# Before a claim the two only talk, and no money is held.
TALKING = "INQUIRY"
NOTES_MAX = 2000


class PayPalDisputes(PayPalPeople):
    """Claims: how they stand, our answer, and giving in."""

    def fetch_dispute(self, dispute_id: str) -> DisputeSnapshot:
        return dispute_snapshot(self._get(f"{DISPUTES}/{dispute_id}"))

    def submit_evidence(self, evidence: DisputeEvidence) -> DisputeSnapshot:
        """PayPal takes an answer once, at once: one that is not final stays with us."""
        if evidence.is_final:
            self._say(evidence.dispute_id, "provide-evidence", _told(evidence))
        return self.fetch_dispute(evidence.dispute_id)

    def accept_dispute(self, dispute_id: str, *, idempotency_key: str) -> DisputeSnapshot:
        before = self.fetch_dispute(dispute_id)
        if before.state is not DisputeState.LOST:
            self._say(dispute_id, "accept-claim", {"note": "The shop accepts the claim."})
        return self.fetch_dispute(dispute_id)

    def _say(self, dispute_id: str, verb: str, body: Mapping[str, Any]) -> None:
        body_of(self._call("POST", f"{DISPUTES}/{dispute_id}/{verb}", json=body))


def dispute_snapshot(dispute: Mapping[str, Any]) -> DisputeSnapshot:
    about = dispute["disputed_transactions"][0]
    amount = from_wire(dispute["dispute_amount"])
    state = _state(dispute)
    outcome = dispute.get("dispute_outcome") or {}
    nothing = Money.zero(amount.currency)
    held = nothing if state in {DisputeState.WARNING, DisputeState.WON} else amount
    taken = from_wire(outcome["amount_refunded"]) if "amount_refunded" in outcome else held
    ends = dispute.get("seller_response_due_date")
    return DisputeSnapshot(
        dispute_id=dispute["dispute_id"],
        state=state,
        charge_id=str(about.get("seller_transaction_id") or ""),
        reference=str(about.get("custom") or "").removesuffix(CLOSED),
        amount=amount,
        withdrawn=taken if state is DisputeState.LOST else held,
        fee=nothing,
        reason=str(dispute.get("reason") or "").lower(),
        respond_by=datetime.fromisoformat(ends) if ends else None,
    )


def _state(dispute: Mapping[str, Any]) -> DisputeState:
    if dispute["status"] == "RESOLVED":
        code = (dispute.get("dispute_outcome") or {}).get("outcome_code")
        return DisputeState.LOST if code in LOST else DisputeState.WON
    if dispute.get("dispute_life_cycle_stage") == TALKING:
        return DisputeState.WARNING
    return STATES.get(dispute["status"], DisputeState.UNDER_REVIEW)


def _told(evidence: DisputeEvidence) -> dict[str, Any]:
    parts = [evidence.explanation, evidence.product_description]
    told: dict[str, Any] = {
        "evidence_type": "PROOF_OF_FULFILLMENT" if evidence.tracking_number else "OTHER",
        "notes": "\n\n".join(filter(None, parts))[:NOTES_MAX],
    }
    if evidence.tracking_number:
        parcel = {
            "carrier_name": evidence.shipping_carrier or "OTHER",
            "tracking_number": evidence.tracking_number,
        }
        told["evidence_info"] = {"tracking_info": [parcel]}
    return {"evidences": [told]}
