"""Images made in memory, and a folder of files of its own for each test."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared_apps.kernel.actor import Actor

ACTING = Actor("user", "01930000-0000-7000-8000-00000000ada0", "Ada")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where stored bytes would be."""
    from django.core.files.storage import storages

    settings.DATA_DIR = tmp_path
    storages._storages = {}
    return tmp_path / "media"


@pytest.fixture
def picture() -> Callable[..., bytes]:
    def draw(
        width: int = 800, height: int = 600, kind: str = "JPEG", mode: str = "RGB", **options: Any
    ) -> bytes:
        image = Image.linear_gradient("L").resize((width, height)).convert(mode)
        if mode == "RGBA":
            image.putalpha(Image.linear_gradient("L").resize((width, height)))
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return draw


def stored_paths(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
