"""Every route, with every proof of Alpha's, on hosts that are not Alpha's."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.test import Client

from shared_apps.kernel.context import PLATFORM
from tests.isolation.matrix import Listening, Matrix, actors
from tests.isolation.routes import all_routes, arguments_of, path_of
from tests.isolation.rows import ROWS

SHOWN_AT_MOST = 40
HOSTS = {
    "tenant": None,
    "site": settings.GALLERIA_ROOT_HOST,
    "console": f"console.{settings.GALLERIA_ROOT_HOST}",
}


def test_every_route_has_a_row_and_every_row_a_route():
    routes = {(route.surface, route.pattern) for route in all_routes()}
    rows = [each.key for each in ROWS]

    unlisted = [
        f'row("{surface}", r"{pattern}", ...)' for surface, pattern in sorted(routes - set(rows))
    ]
    gone = sorted(set(rows) - routes)
    twice = sorted({key for key in rows if rows.count(key) > 1})

    assert not unlisted, "add to tests/isolation/rows.py:\n" + "\n".join(unlisted)
    assert not gone, f"no such route any more, take out of tests/isolation/rows.py: {gone}"
    assert not twice, f"listed twice in tests/isolation/rows.py: {twice}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.key))
def test_rows_fill_their_arguments(row):
    assert arguments_of(row.pattern) == {*row.ids, *row.fixed}


def test_at_home_the_marks_are_seen(worlds):
    """The proof that the matrix could find something: Alpha's people see Alpha's marks."""
    alpha, unseen = worlds.alpha, []
    for row in (each for each in ROWS if each.shown_to):
        client = Client(HTTP_HOST=alpha.tenant.host)
        for name, value in alpha.cookies.get(row.shown_to, {}).items():
            client.cookies[name] = value
        path = path_of(row.pattern, {name: alpha.ids[key] for name, key in row.ids.items()})
        answer = client.get(path, {"q": "bowl"})
        if answer.status_code != 200 or not alpha.any_mark.search(answer.content.decode()):
            unseen.append(f"{row.shown_to} at {path}: {answer.status_code}")

    assert not unseen, "\n".join(unseen)


@pytest.mark.parametrize("surface", HOSTS)
def test_nothing_of_alpha_is_anywhere_else(worlds, surface):
    alpha, beta = worlds.alpha, worlds.beta
    matrix = Matrix(
        host=HOSTS[surface] or beta.tenant.host,
        scope=PLATFORM if HOSTS[surface] else beta.tenant,
        alpha=alpha,
        beta=beta,
    )
    log = Listening()
    logging.getLogger().addHandler(log)
    try:
        for row in (each for each in ROWS if each.surface == surface):
            for actor in actors(alpha, beta):
                matrix.run(row, actor)
    finally:
        logging.getLogger().removeHandler(log)
    matrix.finish()

    found = matrix.found
    print(
        f"{surface}: {found.requests} requests, {dict(found.statuses)}, {dict(matrix.watch.counted)}"
    )
    assert not found.wrong, _told(found.wrong)
    assert not matrix.watch.wrong, _told(matrix.watch.wrong)
    assert not [line for line in log.lines if alpha.any_mark.search(line)]
    assert matrix.watch.counted.total() > 0


def _told(wrong: list[str]) -> str:
    return f"{len(wrong)} findings\n" + "\n".join(wrong[:SHOWN_AT_MOST])
