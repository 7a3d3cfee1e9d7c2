"""What upper rooms want written into a new tenant before its first visitor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Birth:
    """The new tenant as its birth steps see it; the tenant itself is bound as context."""

    owner_id: UUID
    owner_email: str
    owner_name: str
    name: str
    currency: str
    language: str
    theme: str
    preset: str
    modules: tuple[str, ...]
    at: datetime


BirthStep = Callable[[Birth], None]
_steps: dict[str, BirthStep] = {}


def at_birth(function: BirthStep) -> BirthStep:
    """Register a step that runs in the transaction which writes the owner into a new tenant.

    It must be quick, must not call outside, and comes after the owner's user exists. Register in
    the room's handlers.py; the order is that of the rooms in INSTALLED_APPS.
    """
    _steps[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def birth_steps() -> tuple[BirthStep, ...]:
    return tuple(_steps.values())
