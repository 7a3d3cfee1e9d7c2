"""Disputes: the owner of a card objects, the money is taken back, the bank decides."""

from __future__ import annotations

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.coming import A_DAY, comes
from shared_apps.gateways.stripe.fake.funds import book
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route

FEE = 1500
# What a card's network calls most disputes.
REASON_CODE = "10.4"
RESPOND_WITHIN_SECONDS = 9 * A_DAY
INQUIRY = "warning_"
OPEN = {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}
# Stripe's own test words in the evidence decide at once.
DECIDING_WORDS = {"winning_evidence": True, "losing_evidence": False}
EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]


def dispute(world: World, charge: Stored, *, reason: str, is_inquiry: bool) -> Body:
    """Open a dispute about a charge; unless the bank only asks, its money is withdrawn with a fee."""
    now = world.now()
    due_by = now + RESPOND_WITHIN_SECONDS
    body = made(
        fresh_id("du_"),
        "dispute",
        now,
        amount=charge.body["amount"] - charge.body["amount_refunded"],
        balance_transactions=[],
        charge=charge.id,
        currency=charge.body["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        intended_submission_method="manual",
        is_charge_refundable=is_inquiry,
        metadata={},
        network_reason_code=REASON_CODE,
        payment_intent=charge.body["payment_intent"],
        payment_method_details=_case(charge, is_inquiry=is_inquiry),
        reason=reason,
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    charge.body.update(disputed=True, _is_charged_back=not is_inquiry)
    world.save(charge)
    world.put(charge.scope, "dispute", body, parent=charge.id)
    world.remind("dispute_overdue", body["id"], scope=charge.scope, at=due_by)
    tell(world, charge.scope, "charge.dispute.created", body)
    if not is_inquiry:
        _book(world, charge.scope, body, amount=-body["amount"], fee=FEE)
        tell(world, charge.scope, "charge.dispute.funds_withdrawn", body)
    return body


def _case(charge: Stored, *, is_inquiry: bool) -> Body | None:
    """What kind of case it is to the card's network."""
    card = charge.body["payment_method_details"].get("card")
    if card is None:
        return None
    told = {
        "brand": card["brand"],
        "case_type": "inquiry" if is_inquiry else "chargeback",
        "network": card["brand"],
        "network_reason_code": REASON_CODE,
    }
    return {"type": "card", "card": told}


def _book(world: World, scope: str, body: Body, *, amount: int, fee: int) -> None:
    entry = book(
        world,
        scope,
        kind="dispute" if amount < 0 else "dispute_reversal",
        source=body["id"],
        currency=body["currency"],
        amount=amount,
        fee=fee,
    )
    body["balance_transactions"].append(entry)
    world.put(scope, "dispute", body, parent=body["charge"])


def close(world: World, stored: Stored, *, is_won: bool) -> Body:
    """The bank has decided. Won: the money comes back, the fee stays. An inquiry is just over."""
    body = stored.body
    is_inquiry = body["status"].startswith(INQUIRY)
    body["status"] = "won" if is_won else "lost"
    if is_inquiry:
        body["status"] = "warning_closed" if is_won else "lost"
    world.save(stored)
    charge = world.find(body["charge"])
    if charge is not None:
        charge.body["_is_charged_back"] = not is_won
        world.save(charge)
    if is_won and not is_inquiry:
        _book(world, stored.scope, body, amount=body["amount"], fee=0)
        tell(world, stored.scope, "charge.dispute.funds_reinstated", body)
    elif is_inquiry and not is_won:
        _book(world, stored.scope, body, amount=-body["amount"], fee=FEE)
        tell(world, stored.scope, "charge.dispute.funds_withdrawn", body)
    tell(world, stored.scope, "charge.dispute.closed", body)
    return body


@comes("dispute")
def come(world: World, charge: Stored, detail: str) -> None:
    """The owner of the card objects; `inquiry:` before the reason lets the bank only ask."""
    kind, _, reason = detail.rpartition(":")
    if charge.body["captured"] and not charge.body["disputed"]:
        dispute(world, charge, reason=reason or "fraudulent", is_inquiry=kind == "inquiry")


@comes("dispute_overdue")
def overdue(world: World, stored: Stored, _detail: str) -> None:
    """Nobody answered in time: lost; an inquiry is closed by itself."""
    if stored.body["status"] in {"needs_response", "warning_needs_response"}:
        stored.body["evidence_details"]["past_due"] = True
        close(world, stored, is_won=stored.body["status"].startswith(INQUIRY))


@route("GET", "/v1/disputes")
def list_disputes(call: Call) -> Body:
    rows = call.world.listed(call.scope, "dispute", call.text("charge", "") or None)
    intent = call.text("payment_intent", "")
    wanted = [row for row in rows if not intent or row.body["payment_intent"] == intent]
    return page_of(call, wanted, "/v1/disputes")


@route("GET", "/v1/disputes/{}")
def retrieve_dispute(call: Call) -> Body:
    return call.owned(call.ids[0], "dispute").body


def _answerable(call: Call) -> Stored:
    stored = call.owned(call.ids[0], "dispute")
    if stored.body["status"] not in {"needs_response", "warning_needs_response"}:
        raise StripeSays(
            400,
            "",
            f"This dispute cannot be changed any more: its status is {stored.body['status']}.",
        )
    return stored


@route("POST", "/v1/disputes/{}")
def update_dispute(call: Call) -> Body:
    stored = _answerable(call)
    told, body = call.tree("evidence"), stored.body
    if unknown := sorted(set(told) - {*EVIDENCE, "enhanced_evidence"}):
        raise StripeSays(
            400,
            "parameter_unknown",
            f"Received unknown parameter: evidence[{unknown[0]}]",
            param=f"evidence[{unknown[0]}]",
        )
    body["evidence"].update(told)
    body["metadata"].update(call.metadata())
    details = body["evidence_details"]
    details["has_evidence"] = details["has_evidence"] or bool(told)
    if call.text("submit", "true") == "true":
        details["submission_count"] += 1
        details["submission_method"] = "manual"
        body["status"] = body["status"].replace("needs_response", "under_review")
    call.world.save(stored)
    tell(call.world, call.scope, "charge.dispute.updated", body, key=call.idempotency_key)
    verdict = DECIDING_WORDS.get(body["evidence"]["uncategorized_text"] or "")
    if verdict is not None and details["submission_count"]:
        return close(call.world, stored, is_won=verdict)
    return body


@route("POST", "/v1/disputes/{}/close")
def close_dispute(call: Call) -> Body:
    """Giving in: the customer is right."""
    return close(call.world, _answerable(call), is_won=False)
