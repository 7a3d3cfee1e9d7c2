from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for services. As root pytest's own folders are closed to PostgreSQL's account, so data goes elsewhere."""
    yield tmp_path / "data"
    for link in [*tmp_path.glob("*"), *tmp_path.glob("*/*")]:
        if link.is_symlink():
            shutil.rmtree(link.resolve().parent, ignore_errors=True)
