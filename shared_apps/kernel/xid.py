"""PostgreSQL's own transaction numbers, for watermarks that late commits cannot slip under.

Ids and times are handed out before the commit, so "everything up to id 90" may still grow. What
a transaction older than every running one wrote cannot: `xid < pg_snapshot_xmin(snapshot)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Field = models.Field[str, str]
else:
    _Field = models.Field


class Xid8Field(_Field):
    """A 64-bit transaction number; text in Python, compared in the database."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_internal_type(self) -> str:
        return "Xid8Field"


class CurrentXid(models.Func):
    """The number of the running transaction, as a column's default."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = Xid8Field()


class OldestRunningXid(models.Func):
    """Every transaction below this number has ended, and this snapshot sees what it left."""

    template = "pg_snapshot_xmin(pg_current_snapshot())"
    output_field = Xid8Field()
