"""A payment page that a provider puts up for one thing to be paid, and what visitors do there.

A page is an object of kind `page`; `subject` names what is paid there. The provider's fake says what
follows when somebody pays, is refused or leaves. The codes of the means are the same for every
provider, so that a walk through a shop can be the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from babel.numbers import format_currency

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.provider import (
    Means,
    OnboardingPage,
    Onward,
    PageLine,
    PaymentPage,
)
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.kernel.money import Money

REFUSED_AT_BANK = "The bank could not confirm that it is you. Nothing was taken."


@dataclass(frozen=True, slots=True)
class TrialMeans:
    """A means of payment of the test mode. With a `refusal` it is declined; `asks`: the bank asks first.

    With a `later_refusal` it pays at the page and is declined when it is charged again without its owner.
    """

    code: str
    number: str
    label: str
    hint: str
    brand: str = "visa"
    refusal: str = ""
    asks: bool = False
    later_refusal: str = ""

    @property
    def last4(self) -> str:
        return self.number.replace(" ", "")[-4:]

    def means(self) -> Means:
        return Means(self.code, self.number, self.label, self.hint, bool(self.later_refusal))


def readable(amount: Money) -> str:
    return str(format_currency(amount.decimal(), amount.currency, locale="en"))


@dataclass(frozen=True, slots=True)
class Bill:
    """What a page asks for. `urls` are where a payer and where a leaver goes; faults match `reference`."""

    subject: str
    reference: str
    amount: Money
    email: str
    merchant: str
    name: str
    urls: tuple[str, str]


def put_up(world: World, scope: str, bill: Bill, *, token: str = "") -> Body:
    """Open a page."""
    page = {
        "id": token or fresh_id("pg_", 20),
        "subject": bill.subject,
        "reference": bill.reference,
        "amount": [bill.amount.minor, bill.amount.currency],
        "email": bill.email,
        "merchant": bill.merchant or "Sandbox merchant",
        "name": bill.name,
        "urls": list(bill.urls),
        "is_open": True,
        "asked_for": "",
        "refusal": "",
    }
    return world.put(scope, "page", page, parent=bill.subject)


def page_for(world: World, scope: str, subject: str) -> Stored | None:
    """The latest page put up for something."""
    return next(iter(world.listed(scope, "page", subject)), None)


class Till(ABC):
    """The visitor's side of a provider's fake."""

    name: str
    title: ClassVar[str]
    means: ClassVar[tuple[TrialMeans, ...]]

    @abstractmethod
    def paid(self, page: Stored, means: TrialMeans, world: World) -> str:
        """It was paid with these means; where the payer goes."""

    @abstractmethod
    def declined(self, page: Stored, means: TrialMeans, world: World) -> None:
        """The bank said no."""

    def left(self, page: Stored, world: World) -> str:
        """The visitor left without paying, or comes again after it; where they go."""
        return str(page.body["urls"][1])

    def payment_page(self, token: str, world: World) -> PaymentPage | None:
        stored = world.find(token)
        if stored is None or stored.kind != "page":
            return None
        body = stored.body
        total = readable(Money(*body["amount"]))
        return PaymentPage(
            token=stored.id,
            provider_title=self.title,
            merchant=body["merchant"],
            lines=[PageLine(body["name"], "1", total)],
            total=total,
            email=body["email"],
            means=[each.means() for each in self.means],
            return_urls=(body["urls"][0], body["urls"][1]),
            is_open=body["is_open"],
            is_challenged=bool(body["asked_for"]),
            refusal=body["refusal"],
        )

    def pay(self, token: str, means: str, world: World) -> Onward:
        page = world.find(token)
        chosen = next((each for each in self.means if each.code == means), None)
        if page is None or chosen is None:
            return Onward()
        armed = world.sprung(("decline", "require_3ds"), page.body["reference"])
        if "decline" in armed:
            reason = armed["decline"].detail or faults.GENERIC_DECLINE
            chosen = replace(chosen, refusal=f"Declined: {reason}")
        if chosen.asks or "require_3ds" in armed:
            page.body.update(asked_for=chosen.code, refusal="")
            world.save(page)
            return Onward()
        return self._tried(page, chosen, world)

    def answer_challenge(self, token: str, *, is_accepted: bool, world: World) -> Onward:
        page = world.find(token)
        asked_for = page.body["asked_for"] if page else ""
        chosen = next((each for each in self.means if each.code == asked_for), None)
        if page is None or chosen is None:
            return Onward()
        page.body["asked_for"] = ""
        if is_accepted:
            return self._tried(page, chosen, world)
        page.body["refusal"] = REFUSED_AT_BANK
        world.save(page)
        self.declined(page, chosen, world)
        return Onward()

    def _tried(self, page: Stored, means: TrialMeans, world: World) -> Onward:
        if means.refusal:
            page.body["refusal"] = means.refusal
            world.save(page)
            self.declined(page, means, world)
            return Onward()
        page.body.update(is_open=False, refusal="")
        world.save(page)
        return Onward(self.paid(page, means, world))

    def cancel(self, token: str, world: World) -> Onward:
        page = world.find(token)
        return Onward(self.left(page, world)) if page else Onward()

    def onboarding_page(self, token: str, world: World) -> OnboardingPage | None:
        return None

    def onboard(self, token: str, world: World) -> Onward:
        return Onward()

    @abstractmethod
    def signature_headers(self, *, body: bytes, secret: str, at: int) -> Mapping[str, str]:
        """The headers that prove a webhook is the provider's."""
