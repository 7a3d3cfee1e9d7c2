"""Querysets whose SQL is made once a process: building and compiling one costs more than running it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Compiled(Generic[Row]):
    """A queryset with blanks: `Compiled(lambda slug: Product.objects.filter(slug=slug), slug="?slug")`.

    The samples mark the blanks: values that occur nowhere else in the query, of the type that will be
    filled in; no lists, no slices by a blank. Tenants share the SQL, as it names no schema.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], **samples: Any) -> None:
        self._build = build
        self._samples = samples
        self._lock = Lock()

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values; one query."""
        with self._lock:
            queryset, compiler, sql, params = self._made
        filled = tuple(values[name] if name else value for name, value in params)
        runner = copy(compiler)
        runner.connection = connections[queryset.db]
        runner.as_sql = lambda *_args, **_options: (sql, filled)
        query = copy(queryset.query)
        query.get_compiler = lambda *_args, **_options: runner  # type: ignore[method-assign]
        rows: QuerySet[Row] = QuerySet(model=queryset.model, query=query, using=queryset.db)
        rows._iterable_class = queryset._iterable_class  # noqa: SLF001
        rows._fields = queryset._fields  # type: ignore[attr-defined]
        return list(rows)

    @cached_property
    def _made(self) -> tuple[QuerySet[Row], Any, str, list[tuple[str, Any]]]:
        queryset = self._build(**self._samples)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        blanks = [(self._blank(value), value) for value in params]
        missing = self._samples.keys() - {name for name, _ in blanks}
        if missing:
            raise ValueError(f"{sorted(missing)} do not occur in {sql}")
        return queryset, compiler, sql, blanks

    def _blank(self, value: Any) -> str:
        """The name of the blank that a parameter stands for, "" for a constant."""
        fitting = (
            name
            for name, sample in self._samples.items()
            if type(sample) is type(value) and sample == value
        )
        return next(fitting, "")
