"""What PostgreSQL's catalogues say about one schema, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from shared_apps.kernel.errors import InvariantBroken


class UnsupportedObject(InvariantBroken):
    """A tenant's migrations made something that the compiler cannot (and should not) copy."""


@dataclass(frozen=True, slots=True)
class Column:
    """`definition` is everything after the name, as CREATE TABLE takes it."""

    name: str
    definition: str
    generated: bool


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint as ALTER TABLE ADD would take it; `references` is the table a FK points to."""

    name: str
    definition: str
    references: str = ""

    @property
    def sql(self) -> str:
        return f"CONSTRAINT {self.name} {self.definition}"


@dataclass(slots=True)
class Table:
    name: str
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    foreign_keys: list[Constraint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Catalog:
    """One schema: tables with their constraints, indexes, comments and the counters in use."""

    tables: dict[str, Table]
    indexes: list[str]
    comments: list[str]
    sequences: dict[str, int]


_COLUMNS = """
SELECT c.relname, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid, true),
       quote_ident(s.relname), quote_ident(nn.conname),
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_depend p ON p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
     AND p.classid = 'pg_class'::regclass
LEFT JOIN pg_class s ON s.oid = p.objid AND s.relkind = 'S'
LEFT JOIN pg_constraint nn ON nn.conrelid = c.oid AND nn.contype = 'n'
     AND nn.conkey = ARRAY[a.attnum]
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_CONSTRAINTS = """
SELECT c.relname, quote_ident(k.conname), k.contype::text, pg_get_constraintdef(k.oid),
       coalesce(f.relname, '')
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_class f ON f.oid = k.confrelid
WHERE c.relnamespace = %s::regnamespace AND k.contype <> 'n'
ORDER BY c.relname, k.oid
"""
_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid, 0, true)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_constraint k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY 1
"""
_COMMENTS = """
SELECT CASE WHEN d.objsubid = 0
       THEN format('COMMENT ON TABLE %%I IS %%L', c.relname, d.description)
       ELSE format('COMMENT ON COLUMN %%I.%%I IS %%L', c.relname, a.attname, d.description) END
FROM pg_description d JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
ORDER BY 1
"""
_SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = %s AND last_value IS NOT NULL ORDER BY 1
"""
# Triggers and functions are forbidden in tenant schemas (DESIGN 5.9); the rest is not needed.
_STRANGERS = """
SELECT 'relation ' || relname FROM pg_class
WHERE relnamespace = %(schema)s::regnamespace AND relkind NOT IN ('r', 'i', 'S')
UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.relnamespace = %(schema)s::regnamespace AND NOT tgisinternal
UNION ALL SELECT 'type ' || typname FROM pg_type t
WHERE typnamespace = %(schema)s::regnamespace AND typtype NOT IN ('c', 'b')
UNION ALL SELECT 'statistics ' || stxname FROM pg_statistic_ext
WHERE stxnamespace = %(schema)s::regnamespace
UNION ALL SELECT 'deferrable ' || conname FROM pg_constraint
WHERE connamespace = %(schema)s::regnamespace AND condeferrable
ORDER BY 1
"""


def read_catalog(cursor: Any, schema: str) -> Catalog:
    """Read a schema whose name leads the cursor's search path; raises UnsupportedObject."""
    cursor.execute(_STRANGERS, {"schema": schema})
    strangers = [row[0] for row in cursor.fetchall()]
    if strangers:
        raise UnsupportedObject(f"not for a tenant's schema: {', '.join(strangers)}")
    tables = _tables(cursor, schema)
    return Catalog(
        tables=tables,
        indexes=[as_written(row[0]) for row in _rows(cursor, _INDEXES, schema)],
        comments=[row[0] for row in _rows(cursor, _COMMENTS, schema)],
        sequences=dict(_rows(cursor, _SEQUENCES, schema)),
    )


_LITERAL = r"'(?:[^']|'')*'"
_NAME = r'\w+|"[^"]+"'
_IN_LIST = re.compile(
    rf"(?:\((?P<bracketed>{_NAME})\)|(?P<bare>{_NAME}))::text (?P<operator>= ANY|<> ALL) "
    rf"\(\(?ARRAY\[(?P<items>{_LITERAL}::character varying(?:, {_LITERAL}::character varying)*)\]"
    r"\)?::text\[\]\)"
)


def as_written(definition: str) -> str:
    """A definition whose IN lists read as Django wrote them (rule).

    PostgreSQL prints `x IN ('a', 'b')` on a varchar as a comparison with an array cast to text[],
    and reads that back as another expression: equal in effect, not in the next dump.
    """
    return _IN_LIST.sub(_in_list, definition)


def _in_list(found: re.Match[str]) -> str:
    literals = ", ".join(re.findall(_LITERAL, found["items"]))
    column = found["bracketed"] or found["bare"]
    return f"{column} {'IN' if found['operator'] == '= ANY' else 'NOT IN'} ({literals})"


def _rows(cursor: Any, sql: str, schema: str) -> list[Any]:
    cursor.execute(sql, [schema])
    return list(cursor.fetchall())


def _tables(cursor: Any, schema: str) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for relname, *column in _rows(cursor, _COLUMNS, schema):
        tables.setdefault(relname, Table(relname)).columns.append(_column(*column))
    for relname, name, kind, definition, references in _rows(cursor, _CONSTRAINTS, schema):
        constraint = Constraint(name, as_written(definition), references)
        table = tables[relname]
        (table.foreign_keys if kind == "f" else table.constraints).append(constraint)
    return tables


def _column(
    name: str,
    type_name: str,
    identity: str,
    generated: str,
    default: str | None,
    sequence: str | None,
    not_null: str | None,
    collation: str | None,
) -> Column:
    parts = [type_name]
    if collation:
        parts.append(f"COLLATE {collation}")
    if not_null:
        parts.append(f"CONSTRAINT {not_null} NOT NULL")
    if generated:
        parts.append(f"GENERATED ALWAYS AS ({default}) {'STORED' if generated == 's' else ''}")
    elif default is not None:
        parts.append(f"DEFAULT {default}")
    if identity:
        when = "ALWAYS" if identity == "a" else "BY DEFAULT"
        parts.append(f"GENERATED {when} AS IDENTITY (SEQUENCE NAME {sequence})")
    return Column(name, " ".join(parts).strip(), bool(generated))
