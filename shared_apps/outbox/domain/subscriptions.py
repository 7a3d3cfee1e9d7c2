"""Who hears which event. Handlers live in a room's handlers.py, imported by its apps.ready().

    @handles(ProductPublished)
    def index_product(event: ProductPublished, delivery: Delivery) -> None:
        cards.write_card(product_id=event.product_id, at=delivery.at)      # one step

    @handles_outside(OrderPlaced)
    def send_receipt(event: OrderPlaced, delivery: Delivery) -> None:
        receipts.send(order_id=event.order_id, key=str(delivery.id))       # one journey

`@handles` runs inside a transaction of the relay that also records the handled id, so its effect
happens once; it calls steps, never an operation. `@handles_outside` has no open transaction, may
run again after a crash, and must be idempotent by `delivery.id`. Events may come in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from shared_apps.kernel.errors import InvariantBroken
from shared_apps.kernel.events import Event

E = TypeVar("E", bound=Event)


class HandlerNameTaken(InvariantBroken):
    """Two handlers of one name would share the record of what they handled."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The envelope: which event, since when, by whom ("user:<id>"), and at which attempt."""

    id: UUID
    at: datetime
    published_at: datetime
    actor: str
    subject: str
    attempt: int


Handler = Callable[[E, Delivery], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`name` is room.function and outlives refactoring of what is inside."""

    name: str
    event: type[Event]
    run: Callable[[Any, Delivery], None]
    is_outside: bool

    def event_from(self, payload: dict[str, Any]) -> Event:
        """The event as this process knows it; fields of a newer version are left out."""
        known = {field.name for field in fields(self.event)}
        return self.event(**{name: value for name, value in payload.items() if name in known})


_subscriptions: dict[str, Subscription] = {}
_by_event: dict[str, list[Subscription]] = {}


def handles(event: type[E], *, name: str = "") -> Callable[[Handler[E]], Handler[E]]:
    """Run a step for each such event, in one transaction with the record that it was handled."""
    return _subscriber(event, name, is_outside=False)


def handles_outside(event: type[E], *, name: str = "") -> Callable[[Handler[E]], Handler[E]]:
    """Run a journey for each such event, outside any transaction."""
    return _subscriber(event, name, is_outside=True)


def subscriptions_of(event_name: str) -> tuple[Subscription, ...]:
    return tuple(_by_event.get(event_name, ()))


def all_subscriptions() -> tuple[Subscription, ...]:
    return tuple(_subscriptions.values())


def _subscriber(
    event: type[E], name: str, *, is_outside: bool
) -> Callable[[Handler[E]], Handler[E]]:
    def subscribe(handler: Handler[E]) -> Handler[E]:
        _subscribe(Subscription(name or _name_of(handler), event, handler, is_outside))
        return handler

    return subscribe


def _name_of(handler: Callable[..., None]) -> str:
    room = handler.__module__.removesuffix(".handlers").rsplit(".", 1)[-1]
    return f"{room}.{handler.__name__}"


def _subscribe(subscription: Subscription) -> None:
    if subscription.name in _subscriptions:
        raise HandlerNameTaken(f"there is already a handler named {subscription.name}")
    _subscriptions[subscription.name] = subscription
    _by_event.setdefault(subscription.event.name, []).append(subscription)


def unsubscribe(name: str) -> None:
    """Forget a handler: for tests that bring their own."""
    subscription = _subscriptions.pop(name, None)
    if subscription is not None:
        _by_event[subscription.event.name].remove(subscription)
