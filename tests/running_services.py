"""PostgreSQL and Valkey for the tests: those of the environment, else embedded ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test"
_running: list[Any] = []


def point_settings_at_services() -> None:
    """Set DATABASE_URL, DATABASE_ADMIN_URL and VALKEY_URL before Django reads them.

    The controller of a parallel run starts the services; its workers inherit the addresses.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    if "DATABASE_ADMIN_URL" not in os.environ:
        _start_postgres()
    if "VALKEY_URL" not in os.environ:
        _start_valkey()


def _start_postgres() -> None:
    from config.embedded.bootstrap import bootstrap_embedded
    from config.embedded.postgres import EmbeddedPostgres

    server = EmbeddedPostgres(FOLDER / "postgres", fsync=False, synchronous_commit=False)
    _running.append(server)
    urls = bootstrap_embedded(server.start(), owner_password="", app_password="")
    os.environ["DATABASE_URL"] = urls.app
    os.environ["DATABASE_ADMIN_URL"] = urls.admin


def _start_valkey() -> None:
    from config.embedded.valkey import EmbeddedValkey

    server = EmbeddedValkey(FOLDER / "valkey")
    os.environ["VALKEY_URL"] = server.start()
    _running.append(server)


def stop() -> None:
    while _running:
        _running.pop().stop()
