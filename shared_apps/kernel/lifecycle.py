"""State machines as data: a table of named moves, checked in one place and kept as history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    row: Any,
    lifecycle: Lifecycle,
    move: str,
    *,
    acting: Actor,
    at: datetime,
    note: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    """Make a move: checks the edge, changes `state` if nobody was faster, appends the history.

    `values` are other columns that the move sets, in the same statement. Raises MoveNotAllowed,
    also when another transaction moved the row first.
    """
    before = row.state
    target = lifecycle.target_of(move, before)
    also = dict(values or {})
    rows = type(row)._default_manager.filter(pk=row.pk, state=before)
    changed = rows.update(state=target, **also)
    if not changed:
        row.refresh_from_db(fields=["state"])
        lifecycle.target_of(move, row.state)
        raise MoveNotAllowed(f"Cannot {move}: the record changed meanwhile", move=move)
    _note_moves([row], move, target, also, acting=acting, at=at, note=note)


@step
def record_moves(
    rows: Sequence[Any],
    lifecycle: Lifecycle,
    move: str,
    *,
    acting: Actor,
    at: datetime,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Make the same move with several rows in the same state, in two statements.

    Raises MoveNotAllowed when any of them has been moved; the operation is then rolled back.
    """
    if not rows:
        return
    (before,) = {row.state for row in rows}
    target = lifecycle.target_of(move, before)
    also = dict(values or {})
    found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows], state=before)
    if found.update(state=target, **also) != len(rows):
        raise MoveNotAllowed(f"Cannot {move}: a record changed meanwhile", move=move)
    _note_moves(rows, move, target, also, acting=acting, at=at, note="")


def _note_moves(
    rows: Sequence[Any],
    move: str,
    target: str,
    also: Mapping[str, Any],
    *,
    acting: Actor,
    at: datetime,
    note: str,
) -> None:
    history = rows[0].moves.model
    actor = f"{acting.kind}:{acting.id}"
    history._default_manager.bulk_create(
        history(
            subject=row,
            move=move,
            from_state=row.state,
            to_state=target,
            actor=actor,
            at=at,
            note=note,
        )
        for row in rows
    )
    for row in rows:
        row.state = target
        for name, value in also.items():
            setattr(row, name, value)
