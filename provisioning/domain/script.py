"""From a catalogue and its rows to the list of statements that makes another such schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from provisioning.domain.catalog import Catalog, Table

Row = Sequence[str | None]


def creation_order(tables: Mapping[str, Table]) -> list[str]:
    """Table names so that a table follows those it references, alphabetical among equals (rule).

    In a cycle the first name by alphabet goes first; its foreign key is added at the end.
    """
    left, order, placed = sorted(tables), [], set[str]()
    while left:
        ready = [
            name
            for name in left
            if all(
                key.references in placed or key.references == name
                for key in tables[name].foreign_keys
            )
        ] or left[:1]
        order += ready
        placed |= set(ready)
        left = [name for name in left if name not in placed]
    return order


def compile_script(
    *, catalog: Catalog, rows: Mapping[str, Sequence[Row]], grants: Iterable[str]
) -> list[str]:
    """Tables with inline keys, indexes, comments, rows, counters, late keys, grants (rule).

    Names are unqualified: the script runs where the new schema leads the search path.
    """
    order = creation_order(catalog.tables)
    made: set[str] = set()
    tables: list[str] = []
    late: list[str] = []
    for name in order:
        made.add(name)
        table = catalog.tables[name]
        tables.append(_create_table(table, made))
        late += [
            f'ALTER TABLE "{name}" ADD {key.sql}'
            for key in table.foreign_keys
            if key.references not in made
        ]
    seeds = [_insert(catalog.tables[name], rows[name]) for name in order if rows.get(name)]
    counters = [
        f"SELECT pg_catalog.setval('{name}', {value}, true)"
        for name, value in catalog.sequences.items()
    ]
    return [
        *tables,
        *catalog.indexes,
        *catalog.comments,
        *seeds,
        *counters,
        *late,
        *grants,
    ]


def _create_table(table: Table, made: set[str]) -> str:
    lines = [f"{column.name} {column.definition}" for column in table.columns]
    lines += [constraint.sql for constraint in table.constraints]
    lines += [key.sql for key in table.foreign_keys if key.references in made]
    return f'CREATE TABLE "{table.name}" ({", ".join(lines)})'


def seed_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.generated]


def _insert(table: Table, rows: Sequence[Row]) -> str:
    # One statement a table, so that rows which reference each other may come in any order.
    values = ", ".join(f"({', '.join(_literals(row))})" for row in rows)
    names = ", ".join(seed_columns(table))
    return f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE VALUES {values}'  # noqa: S608


def _literals(row: Row) -> Iterator[str]:
    for value in row:
        if value is None:
            yield "NULL"
        elif "\\" in value:
            yield "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
        else:
            yield "'" + value.replace("'", "''") + "'"
