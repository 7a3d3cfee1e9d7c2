"""Every (state, move) pair of every lifecycle either leads where its table says or is refused."""

from __future__ import annotations

import importlib

import pytest

from shared_apps.kernel.lifecycle import Lifecycle, MoveNotAllowed
from tests.architecture.house import modules


def _tables():
    for module, _ in modules():
        if module.endswith(".lifecycle") and not module.startswith("shared_apps.kernel"):
            found = vars(importlib.import_module(module)).items()
            yield from (
                (f"{module}.{name}", value) for name, value in found if isinstance(value, Lifecycle)
            )


PAIRS = [
    pytest.param(table, state, move, id=f"{name}:{state}:{move}")
    for name, table in _tables()
    for state in sorted(table.states)
    for move in sorted(table.moves)
]


@pytest.mark.parametrize(("table", "state", "move"), PAIRS)
def test_pair(table, state, move):
    rule = table.moves[move]

    if state in rule.sources:
        assert table.target_of(move, state) == rule.target
    else:
        with pytest.raises(MoveNotAllowed):
            table.target_of(move, state)


@pytest.mark.parametrize(("name", "table"), list(_tables()))
def test_every_state_is_reached(name, table):
    reached = {table.initial}
    while True:
        more = {rule.target for rule in table.moves.values() if rule.sources & reached} - reached
        if not more:
            break
        reached |= more

    assert reached == set(table.states)
