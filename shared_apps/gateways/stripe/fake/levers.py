"""What can be made to happen to Stripe's objects by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.wire import Tree
from shared_apps.gateways.sandbox.world import World
from shared_apps.gateways.stripe.fake import connect, disputes, payouts, refunds, shares
from shared_apps.gateways.stripe.fake.routes import shown


def pulled(name: str, wish: Tree, world: World) -> Tree | None:
    """Do what the lever does; None if there is none of this name. Raises LeverStuck."""
    lever = LEVERS.get(name)
    return None if lever is None else shown(lever(wish, world))


def _named(wish: Tree, name: str, world: World, *kinds: str) -> Stored:
    stored = world.find(str(wish.get(name, "")).rpartition("/")[2])
    if stored is None or stored.kind not in kinds:
        raise LeverStuck(f"{name}: there is no such thing")
    return stored


def _dispute(wish: Tree, world: World) -> Body:
    """A payment is named by its session, intent or charge."""
    found = _named(wish, "payment", world, "checkout.session", "payment_intent", "charge")
    for link in ("payment_intent", "latest_charge"):
        if found.kind != "charge":
            found = world.find(found.body.get(link) or "") or found
    if found.kind != "charge" or not found.body["captured"] or found.body["disputed"]:
        raise LeverStuck("payment: nothing was taken, or it is disputed already")
    return disputes.dispute(
        world,
        found,
        reason=str(wish.get("reason", "fraudulent")),
        is_inquiry=bool(wish.get("is_inquiry", False)),
    )


def _close_dispute(wish: Tree, world: World) -> Body:
    stored = _named(wish, "dispute", world, "dispute")
    if stored.body["status"] not in disputes.OPEN:
        raise LeverStuck(f"dispute: it is {stored.body['status']}")
    if wish.get("outcome") not in {"won", "lost"}:
        raise LeverStuck("outcome: won or lost")
    return disputes.close(world, stored, is_won=wish["outcome"] == "won")


def _fail_payout(wish: Tree, world: World) -> Body:
    stored = _named(wish, "payout", world, "transfer", "payout")
    if stored.kind == "transfer":
        shares.come_back(world, stored, "")
    else:
        payouts.fail(world, stored, str(wish.get("code", "")))
    return stored.body


def _fail_refund(wish: Tree, world: World) -> Body:
    stored = _named(wish, "refund", world, "refund")
    refunds.bounce(world, stored, str(wish.get("code", "")))
    return stored.body


def _restrict_account(wish: Tree, world: World) -> Body:
    account = _named(wish, "account", world, "account")
    return connect.restrict(account, world, asked=str(wish.get("asked", "individual.id_number")))


def _deauthorise_account(wish: Tree, world: World) -> Body:
    return connect.deauthorise(_named(wish, "account", world, "account"), world)


LEVERS: Mapping[str, Callable[[Tree, World], Body]] = {
    "dispute": _dispute,
    "close_dispute": _close_dispute,
    "fail_payout": _fail_payout,
    "fail_refund": _fail_refund,
    "restrict_account": _restrict_account,
    "deauthorise_account": _deauthorise_account,
}
