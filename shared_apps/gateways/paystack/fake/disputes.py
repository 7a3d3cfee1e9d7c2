"""Disputes: opened by hand or by a fault, decided by hand or by silence. They are answered on Paystack's pages."""

from __future__ import annotations

from datetime import UTC, datetime

from shared_apps.gateways.paystack.fake.says import ROUTES, listed, moment, no, yes
from shared_apps.gateways.paystack.fake.transactions import told
from shared_apps.gateways.sandbox.dashboards import tell
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, next_number, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World

ANSWER_WITHIN_SECONDS = 2 * 86_400
OVERDUE = "dispute_overdue"
RESOLUTIONS = {"won": "declined", "lost": "merchant-accepted"}


def paid_page(world: World, reference: str) -> Stored:
    """The paid transaction of a payment, by the reference the adapter knows it by."""
    rows = world.store.rows(
        "SELECT id FROM objects WHERE provider = ? AND kind = 'transaction'"
        " AND (id LIKE '%/' || ? OR id LIKE '%/' || ? || '.%')",
        world.provider, reference, reference,
    )  # fmt: skip
    for row in rows:
        stored = world.find(row["id"])
        if stored is not None and stored.body["status"] == "success":
            return stored
    raise LeverStuck(f"nothing was paid under {reference}")


def dispute(world: World, reference: str, *, reason: str) -> Body:
    """A customer objects. Paystack takes the money only once the dispute is lost."""
    stored = paid_page(world, reference)
    number, ends = next_number(world), world.now() + ANSWER_WITHIN_SECONDS
    body = {
        "id": f"dispute_{number}",
        "refund_amount": None,
        "currency": stored.body["currency"],
        "status": "awaiting-merchant-feedback",
        "resolution": None,
        "domain": "test",
        "transaction": told(stored.body),
        "category": reason or "chargeback",
        "dueAt": datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "resolvedAt": None,
        "createdAt": moment(world),
        "_number": number,
    }
    world.put(stored.scope, "dispute", body)
    world.remind(OVERDUE, body["id"], scope=stored.scope, at=ends)
    return _tell(world, stored.scope, "create", body)


def _tell(world: World, scope: str, what: str, body: Body) -> Body:
    data = shown({**body, "id": body["_number"]})
    event = f"charge.dispute.{what}"
    tell(world, scope, event, {"event": event, "data": data})
    return data


@ROUTES.serves("GET", "/dispute/{}")
def show_dispute(call: Call) -> Body:
    stored = call.found(f"dispute_{call.ids[0]}", "dispute")
    if stored is None:
        raise no("Dispute not found", status=404, code="dispute_not_found")
    return yes("Dispute retrieved", {**stored.body, "id": stored.body["_number"]})


@ROUTES.serves("GET", "/dispute")
def list_disputes(call: Call) -> Body:
    return listed(call, "dispute", lambda body: shown({**body, "id": body["_number"]}))


def close_dispute(world: World, number: str, outcome: str) -> Body:
    """A lever: the bank decides."""
    stored = world.find(f"dispute_{number}")
    if stored is None or stored.body["status"] == "resolved":
        raise LeverStuck(f"no dispute {number} that is open")
    if outcome not in RESOLUTIONS:
        raise LeverStuck("the outcome is won or lost")
    return _decide(world, stored, outcome)


def _decide(world: World, stored: Stored, outcome: str) -> Body:
    body = stored.body
    amount = body["transaction"]["amount"]
    body.update(status="resolved", resolution=RESOLUTIONS[outcome], resolvedAt=moment(world))
    if outcome == "lost":
        body["refund_amount"] = amount
        world.move(stored.scope, body["currency"], -amount, available_at=world.now())
    world.save(stored)
    return _tell(world, stored.scope, "resolve", body)


def lose_unanswered(world: World, dispute_id: str) -> None:
    """Who says nothing in time has lost."""
    stored = world.find(dispute_id)
    if stored is not None and stored.body["status"] == "awaiting-merchant-feedback":
        _decide(world, stored, "lost")
