"""The front of the fake: keys, the envelope of errors, and the door to the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from shared_apps.gateways.paystack.fake import customers, disputes, refunds, transactions, transfers
from shared_apps.gateways.paystack.fake.says import ROUTES, no
from shared_apps.gateways.paystack.webhooks import signature
from shared_apps.gateways.sandbox.dashboards import set_by_hand
from shared_apps.gateways.sandbox.rest import Call, Refusal, account_of, bearer_of
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.tills import Till, TrialMeans
from shared_apps.gateways.sandbox.wire import Tree, WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import World

KEY = re.compile(r"sk_test_[A-Za-z0-9_]{3,200}\Z")
# The modules whose routes the fake serves; importing them registers the routes.
PARTS = (customers, disputes, refunds, transactions, transfers)


@ROUTES.serves("POST", "/_dashboard")
def dashboard(call: Call) -> Body:
    set_by_hand(call, secret=call.headers["authorization"].partition(" ")[2])
    return {"status": True, "message": "Settings saved"}


class PaystackFake(Till):
    name = "paystack"
    title: ClassVar[str] = "Paystack"
    means: ClassVar[tuple[TrialMeans, ...]] = (
        TrialMeans("visa", "4084 0840 8408 4081", "Succeeds", "Can be charged again later."),
        TrialMeans(
            "challenge",
            "5060 6666 6666 6666 666",
            "Password",
            "The bank asks first; cannot be charged again without you.",
            brand="verve",
            asks=True,
        ),
        TrialMeans(
            "declined",
            "4084 0800 0000 5408",
            "Declined",
            "The bank says no.",
            refusal="Declined",
        ),
        TrialMeans(
            "insufficient",
            "4084 0800 0067 0037",
            "Insufficient funds",
            "Not enough money on the card.",
            refusal="Insufficient Funds",
        ),
        TrialMeans(
            "later",
            "4123 4501 3100 1381",
            "Succeeds once",
            "Pays now, and is declined when charged again later.",
            later_refusal="Insufficient Funds",
        ),
    )

    def call(self, request: WireRequest, world: World) -> WireReply:
        """Authenticate, run, and answer in Paystack's envelope."""
        try:
            key = bearer_of(request)
            if not KEY.match(key):
                raise no("Invalid key", status=401, code="invalid_Key")
            with world.store.savepoint():
                return json_reply(200, ROUTES.answered(request, world, account_of(key)))
        except Refusal as refusal:
            return json_reply(refusal.status, refusal.body)
        except LookupError as error:
            return json_reply(404, {"status": False, "message": f"Route not found: {error}"})

    def failure(self) -> WireReply:
        return json_reply(500, {"status": False, "message": "An error occurred"})

    def paid(self, page: Stored, means: TrialMeans, world: World) -> str:
        return transactions.pay(world, page, means)

    def declined(self, page: Stored, means: TrialMeans, world: World) -> None:
        transactions.decline(world, page, means)

    def left(self, page: Stored, world: World) -> str:
        return transactions.leave(world, page)

    def signature_headers(self, *, body: bytes, secret: str, at: int) -> Mapping[str, str]:
        return {"x-paystack-signature": signature(body, secret)}

    def lever(self, name: str, wish: Tree, world: World) -> Tree | None:
        if name == "dispute":
            payment, reason = str(wish.get("payment", "")), str(wish.get("reason", ""))
            return disputes.dispute(world, payment, reason=reason)
        if name == "close_dispute":
            dispute_id, outcome = str(wish.get("dispute", "")), str(wish.get("outcome", ""))
            return disputes.close_dispute(world, dispute_id, outcome)
        if name == "fail_payout":
            return transfers.fail_payout(world, str(wish.get("payout", "")))
        if name == "fail_refund":
            return refunds.fail_refund(world, str(wish.get("refund", "")))
        return None

    def sweep(self, world: World) -> None:
        for reminder in world.reminders():
            subject, reason = reminder.body["subject"], reminder.body["detail"]
            if reminder.body["what"] == disputes.OVERDUE:
                disputes.lose_unanswered(world, subject)
            else:
                disputes.dispute(world, subject, reason=reason)
        refunds.settle_refunds(world)
        transfers.settle_transfers(world)
