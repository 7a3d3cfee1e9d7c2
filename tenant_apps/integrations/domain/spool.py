"""Rows that belong together brought together on disk: however a file is ordered, never in memory."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tenant_apps.integrations.domain.rows import Issue, Row

Keys = tuple[str, tuple[str, ...], str]


class Spool:
    """The rows of a file in a temporary SQLite file, to be read group by group.

    `keys_of(row)` says: the group a row opens ("" = it only belongs to one), under which names
    others may refer to that group, and the name of the group it belongs to. Groups come in the
    order in which they are opened, with the rows that refer to them, wherever those stand.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-2000;"
            "CREATE TABLE row (number INTEGER PRIMARY KEY, own TEXT, parent TEXT, content TEXT);"
            "CREATE TABLE name (name TEXT PRIMARY KEY, own TEXT) WITHOUT ROWID;"
            "CREATE TABLE own (place INTEGER PRIMARY KEY, own TEXT UNIQUE);"
        )

    def fill(self, rows: Iterable[Row | Issue], keys_of: Callable[[Row], Keys]) -> Iterator[Issue]:
        """Take every row in; the issues among them are handed on."""
        cursor = self.connection.cursor()
        for row in rows:
            if isinstance(row, Issue):
                yield row
                continue
            own, names, parent = keys_of(row)
            content = json.dumps(dict(row.values))
            cursor.execute("INSERT INTO row VALUES (?,?,?,?)", (row.number, own, parent, content))
            if own:
                cursor.execute("INSERT OR IGNORE INTO own (own) VALUES (?)", (own,))
            for name in names:
                cursor.execute("INSERT OR IGNORE INTO name VALUES (?,?)", (name, own))
        cursor.execute(
            "UPDATE row SET own = coalesce((SELECT n.own FROM name n WHERE n.name = parent), '')"
            " WHERE own = ''"
        )
        cursor.execute("CREATE INDEX by_own ON row (own, number)")

    def groups(self) -> Iterator[list[Row]]:
        """Each group's rows in the order of the file."""
        for (own,) in self.connection.execute("SELECT own FROM own ORDER BY place"):
            yield [
                Row(number, json.loads(content))
                for number, content in self.connection.execute(
                    "SELECT number, content FROM row WHERE own = ? ORDER BY number", (own,)
                )
            ]

    def orphans(self) -> Iterator[Row]:
        """Rows whose group nobody opened."""
        for number, content in self.connection.execute(
            "SELECT number, content FROM row WHERE own = '' ORDER BY number"
        ):
            yield Row(number, json.loads(content))

    def count(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM row").fetchone()[0])


@contextmanager
def open_spool() -> Iterator[Spool]:
    """A spool in a temporary folder that goes with it."""
    with (
        tempfile.TemporaryDirectory(prefix="galleria-import-") as folder,
        closing(sqlite3.connect(Path(folder) / "rows.sqlite")) as connection,
    ):
        yield Spool(connection)
