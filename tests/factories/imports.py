"""Product files: made-up ones, and the real ones where they are."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared_apps.kernel.actor import SYSTEM
from tenant_apps.integrations.domain.commanding import FileRequest, import_file
from tenant_apps.integrations.queries import ImportStatus, import_status
from tests.world import NOW

CATALOGUES = Path(__file__).resolve().parents[3] / "shared" / "data" / "catalogues"
if not CATALOGUES.exists():
    CATALOGUES = Path(__file__).resolve().parents[4] / "shared" / "data" / "catalogues"


def real_file(name: str) -> Path:
    """A real export; the test is skipped where the data is not at hand."""
    path = CATALOGUES / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return path


def write_csv(path: Path, rows: Sequence[dict[str, str]], *, columns: Sequence[str] = ()) -> Path:
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def do_import(path: Path, *, kind: str = "shopify-products", vendor: str = "Bags") -> ImportStatus:
    request = FileRequest(kind=kind, path=path, vendor=vendor, currency="EUR")
    return import_status(import_file(request=request, acting=SYSTEM, now=lambda: NOW))
