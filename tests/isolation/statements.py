"""Under which role and path each statement of a run really ran, asked of PostgreSQL itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from shared_apps.kernel.context import PLATFORM, Scope

_WHO = "SELECT current_user, current_setting('search_path')"
_SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_ROUTING = '"tenants_domain"'


class StatementWatch:
    """Counts the statements of a scope's requests, and keeps those that ran as somebody else."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.counted: Counter[str] = Counter()
        self.wrong: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        with connection.execute_wrapper(self._note):
            yield

    def _note(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        raw = context["connection"].connection
        if not sql.startswith(_SAVEPOINTS) and raw.info.transaction_status.name != "INERROR":
            with raw.cursor() as cursor:
                role, path = cursor.execute(_WHO).fetchone()
            self._judge(sql, role, path)
        return execute(sql, params, many, context)

    def _judge(self, sql: str, role: str, path: str) -> None:
        self.counted[role] += 1
        right = {(self.scope.role, f"{self.scope.schema}, ext")}
        if self.scope == PLATFORM:
            right = {(PLATFORM.role, "public, ext")}
        elif _ROUTING in sql:
            # Which tenant a host belongs to is asked before anybody is bound.
            right = {(PLATFORM.role, "public, ext")}
        if (role, path) not in right:
            self.wrong.append(f"as {role} on {path}: {sql[:200]}")
