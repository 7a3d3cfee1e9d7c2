"""Templates of the tenant's theme, then of its parents, then of the rooms.

A tenant owns no template files: it chooses a theme. So compiled templates are kept once per chain of themes
and name, however many tenants there are, and never one tenant's for another.
"""

from __future__ import annotations

from pathlib import Path

from django.template import Origin
from django.template.loaders.cached import Loader as CachedLoader
from django.template.loaders.filesystem import Loader as FilesystemLoader

from themes.queries import active_chain

THEMES = Path(__file__).resolve().parent


class ThemeFiles(FilesystemLoader):
    """Finds `themes/<theme>/templates/<name>` along the active chain."""

    def get_dirs(self) -> list[str | Path]:
        return [THEMES / theme / "templates" for theme in active_chain()]


class Loader(CachedLoader):
    """Django's cached loader with the chain of themes in its key."""

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        return "|".join((*active_chain(), super().cache_key(template_name, skip)))
