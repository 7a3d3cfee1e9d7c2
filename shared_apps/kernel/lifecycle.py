"""State machines as data: a table of named moves, checked in one place and kept as history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import models

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict
from shared_apps.kernel.transactions import step


class MoveNotAllowed(Conflict):
    code, title = "move_not_allowed", "This cannot be done in the present state"


@dataclass(frozen=True, slots=True)
class MoveRule:
    name: str
    sources: frozenset[str]
    target: str


class Lifecycle:
    """The moves one kind of record may make, as a table that can be drawn and tested.

    `Lifecycle("requested", accept=({"requested"}, "accepted"))`
    """

    def __init__(self, initial: str, **moves: tuple[Iterable[str], str]) -> None:
        self.initial = initial
        self.moves = {
            name: MoveRule(name, frozenset(sources), target)
            for name, (sources, target) in moves.items()
        }

    def target_of(self, move: str, state: str) -> str:
        """The state a move leads to; raises MoveNotAllowed when it cannot start here."""
        rule = self.moves[move]
        if state not in rule.sources:
            allowed = ", ".join(sorted(self.moves_from(state))) or "nothing"
            raise MoveNotAllowed(
                f"Cannot {move} while {state}; possible: {allowed}", move=move, state=state
            )
        return rule.target

    def moves_from(self, state: str) -> frozenset[str]:
        return frozenset(name for name, rule in self.moves.items() if state in rule.sources)

    @property
    def states(self) -> frozenset[str]:
        sources = (source for rule in self.moves.values() for source in rule.sources)
        targets = (rule.target for rule in self.moves.values())
        return frozenset({self.initial, *sources, *targets})

    def constraint(self, name: str) -> models.CheckConstraint:
        """The CHECK that keeps the column to this table's states."""
        return models.CheckConstraint(condition=models.Q(state__in=sorted(self.states)), name=name)


class Move(models.Model):
    """One step of a record's history; concrete classes add the foreign key `subject`."""

    rights = "append_only"

    move = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta:
        abstract = True


class HasLifecycle(Protocol):
    pk: Any
    state: Any
    moves: Any  # the reverse manager of its Move rows (related_name="moves")


@step
def record_move(
    row: Any, lifecycle: Lifecycle, move: str, *, acting: Actor, at: datetime, note: str = ""
) -> None:
    """Make a move: checks the edge, changes `state` if nobody was faster, appends the history.

    Raises MoveNotAllowed, also when another transaction moved the row first.
    """
    before = row.state
    target = lifecycle.target_of(move, before)
    changed = type(row)._default_manager.filter(pk=row.pk, state=before).update(state=target)
    if not changed:
        row.refresh_from_db(fields=["state"])
        lifecycle.target_of(move, row.state)
        raise MoveNotAllowed(f"Cannot {move}: the record changed meanwhile", move=move)
    row.state = target
    row.moves.create(
        move=move,
        from_state=before,
        to_state=target,
        actor=f"{acting.kind}:{acting.id}",
        at=at,
        note=note,
    )
