"""The themes shipped with the platform, read from their packages once a process."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_apps.kernel.errors import NotFound

THEMES = Path(__file__).resolve().parents[1]
NAMES = ("base", "hearth", "metro", "riviera")


class UnknownTheme(NotFound):
    code, title = "unknown_theme", "There is no such theme or preset"


@dataclass(frozen=True, slots=True)
class SectionType:
    """A section an operator may place: its form and how often a page may have it."""

    type: str
    label: str
    icon: str
    limit: int
    settings: tuple[Mapping[str, Any], ...]

    @property
    def defaults(self) -> dict[str, Any]:
        return {s["id"]: s["default"] for s in self.settings if "default" in s}


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with what it inherits merged in. `chain` is the theme and its parents, own first."""

    name: str
    label: str
    version: str
    description: str
    chain: tuple[str, ...]
    tokens: Mapping[str, Any]
    sections: Mapping[str, SectionType]
    presets: tuple[str, ...]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@functools.cache
def theme(name: str) -> Theme:
    """Raises UnknownTheme."""
    if name not in NAMES:
        raise UnknownTheme(f"There is no theme {name!r}")
    folder = THEMES / name
    manifest = _read(folder / "manifest.json")
    parent = theme(manifest["extends"]) if manifest["extends"] else None
    sections = dict(parent.sections) if parent else {}
    for path in sorted((folder / "sections").glob("*.json")):
        data = _read(path)
        sections[data["type"]] = SectionType(
            data["type"], data["label"], data["icon"], data["limit"], tuple(data["settings"])
        )
    tokens = {**(parent.tokens if parent else {}), **_read(folder / "tokens.json")}
    return Theme(
        name=name,
        label=manifest["label"],
        version=manifest["version"],
        description=manifest["description"],
        chain=(name, *(parent.chain if parent else ())),
        tokens=tokens,
        sections=sections,
        presets=tuple(manifest["presets"]),
    )


def offered_themes() -> list[Theme]:
    """What an operator may choose from."""
    return [theme(name) for name in NAMES if name != "base"]


@functools.cache
def settings_schema() -> tuple[Mapping[str, Any], ...]:
    """The groups of the form that edits tokens."""
    return tuple(_read(THEMES / "base" / "settings_schema.json"))


def preset(theme_name: str, name: str) -> dict[str, Any]:
    """A fresh copy of a ready-made design. Raises UnknownTheme."""
    if name not in theme(theme_name).presets:
        raise UnknownTheme(f"The theme {theme_name!r} has no preset {name!r}")
    data: dict[str, Any] = _read(THEMES / theme_name / "presets" / f"{name}.json")
    return data
