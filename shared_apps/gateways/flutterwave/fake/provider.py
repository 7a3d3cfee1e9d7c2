"""The front of the fake: keys, the envelope of errors, and the door to the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from shared_apps.gateways.flutterwave.fake import transactions, transfers
from shared_apps.gateways.flutterwave.fake.says import ROUTES, no
from shared_apps.gateways.sandbox.dashboards import set_by_hand
from shared_apps.gateways.sandbox.rest import Call, Refusal, account_of, bearer_of
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.tills import Till, TrialMeans
from shared_apps.gateways.sandbox.wire import Tree, WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import World

KEY = re.compile(r"FLWSECK_TEST-[A-Za-z0-9_-]{3,200}\Z")


@ROUTES.serves("POST", "/_dashboard")
def dashboard(call: Call) -> Body:
    set_by_hand(call, secret=call.text("secret"))
    return {"status": "success", "message": "Settings saved"}


class FlutterwaveFake(Till):
    name = "flutterwave"
    title: ClassVar[str] = "Flutterwave"
    means: ClassVar[tuple[TrialMeans, ...]] = (
        TrialMeans("visa", "4242 4242 4242 4242", "Succeeds", "The payment goes through."),
        TrialMeans(
            "mastercard", "5531 8866 5214 2950", "Succeeds", "Another brand.", brand="mastercard"
        ),
        TrialMeans(
            "challenge",
            "4187 4274 1556 4246",
            "3D Secure",
            "The bank asks for a confirmation first.",
            asks=True,
        ),
        TrialMeans(
            "declined",
            "5143 0105 2233 9965",
            "Declined",
            "The bank says no.",
            brand="mastercard",
            refusal="Do Not Honour",
        ),
        TrialMeans(
            "insufficient",
            "5258 5859 2266 6506",
            "Insufficient funds",
            "Not enough money on the card.",
            brand="mastercard",
            refusal="Insufficient Funds",
        ),
        TrialMeans(
            "later",
            "4751 7639 2355 2812",
            "Succeeds once",
            "Pays now, and is declined when charged again later.",
            later_refusal="Insufficient Funds",
        ),
    )

    def call(self, request: WireRequest, world: World) -> WireReply:
        """Authenticate, run, and answer in Flutterwave's envelope."""
        try:
            key = bearer_of(request)
            if not KEY.match(key):
                raise no("Invalid authorization key", status=401)
            with world.store.savepoint():
                return json_reply(200, ROUTES.answered(request, world, account_of(key)))
        except Refusal as refusal:
            return json_reply(refusal.status, refusal.body)
        except LookupError as error:
            return json_reply(404, {"status": "error", "message": f"Cannot {error}", "data": None})

    def failure(self) -> WireReply:
        return json_reply(500, {"status": "error", "message": "An error occurred", "data": None})

    def paid(self, page: Stored, means: TrialMeans, world: World) -> str:
        return transactions.pay(world, page, means)

    def declined(self, page: Stored, means: TrialMeans, world: World) -> None:
        transactions.decline(world, page, means)

    def left(self, page: Stored, world: World) -> str:
        return transactions.leave(world, page)

    def signature_headers(self, *, body: bytes, secret: str, at: int) -> Mapping[str, str]:
        return {"verif-hash": secret}

    def lever(self, name: str, wish: Tree, world: World) -> Tree | None:
        if name == "fail_payout":
            return transfers.fail_payout(
                world, str(wish.get("payout", "")), str(wish.get("code", ""))
            )
        if name == "fail_refund":
            return transactions.fail_refund(world, str(wish.get("refund", "")))
        return None

    def sweep(self, world: World) -> None:
        transfers.settle_transfers(world)
