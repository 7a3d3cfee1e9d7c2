"""What a provider must bring to live in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from shared_apps.gateways.sandbox.wire import Tree, WireReply, WireRequest
from shared_apps.gateways.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Means:
    """A means of payment the page offers; `hint` says what will happen. Rare ones are folded away."""

    code: str
    number: str
    label: str
    hint: str
    is_rare: bool = False


@dataclass(frozen=True, slots=True)
class PageLine:
    name: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """What the hosted page shows. `return_urls` are the places it may lead to."""

    token: str
    provider_title: str
    merchant: str
    lines: Sequence[PageLine]
    total: str
    email: str
    means: Sequence[Means]
    return_urls: tuple[str, str]
    is_open: bool
    is_challenged: bool
    refusal: str
    # What else the customer agrees to by paying, one sentence each.
    notes: Sequence[str] = ()

    @property
    def usual_means(self) -> Sequence[Means]:
        return [one for one in self.means if not one.is_rare]

    @property
    def rare_means(self) -> Sequence[Means]:
        return [one for one in self.means if one.is_rare]


@dataclass(frozen=True, slots=True)
class OnboardingPage:
    token: str
    provider_title: str
    account: str
    email: str
    is_open: bool
    return_urls: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the visitor goes next: away to `url`, or, if it is empty, back to the page."""

    url: str = ""


class Provider(Protocol):
    @property
    def name(self) -> str:
        """Under which path it lives, and the kind of its adapter."""

    def call(self, request: WireRequest, world: World) -> WireReply:
        """Answer one call of the API."""

    def failure(self) -> WireReply:
        """The provider's way of saying 500."""

    def payment_page(self, token: str, world: World) -> PaymentPage | None:
        """The page of this token, if the token is this provider's."""

    def pay(self, token: str, means: str, world: World) -> Onward:
        """The visitor pays."""

    def answer_challenge(self, token: str, *, is_accepted: bool, world: World) -> Onward:
        """The visitor's bank has asked them, and they answered."""

    def cancel(self, token: str, world: World) -> Onward:
        """The visitor goes back without paying."""

    def onboarding_page(self, token: str, world: World) -> OnboardingPage | None:
        """The page where a partner introduces itself, if the token is this provider's."""

    def onboard(self, token: str, world: World) -> Onward:
        """The partner has told everything."""

    def signature_headers(self, *, body: bytes, secret: str, at: int) -> Mapping[str, str]:
        """The headers that prove a webhook is the provider's."""

    def sweep(self, world: World) -> None:
        """Do what has become due by the clock."""


class LeverStuck(Exception):
    """What a lever was asked to do cannot be done: the thing is not there, or not so far."""


@runtime_checkable
class HasLevers(Protocol):
    """A provider to whose objects things can be made to happen by hand (see `control.py`)."""

    def lever(self, name: str, wish: Tree, world: World) -> Tree | None:
        """Do it and say how the object stands; None if there is no such lever. Raises LeverStuck."""
