"""Who owns the transaction: an operation opens it, a step needs it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

from shared_apps.kernel.errors import InvariantBroken

P = ParamSpec("P")
R = TypeVar("R")


class TransactionRequired(InvariantBroken):
    """A step was called outside an operation."""


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """One intention of one actor: owns its transaction and can never be nested in another."""
    run: Callable[P, R] = transaction.atomic(durable=True)(function)
    run.kind = "operation"  # type: ignore[attr-defined]
    return run


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Part of an operation: refuses to run outside one."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise TransactionRequired(f"{function.__qualname__} is a step of an operation")
        return function(*args, **kwargs)

    run.kind = "step"  # type: ignore[attr-defined]
    return run
