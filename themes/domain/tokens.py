"""Rule: typed design tokens in, CSS text out.

No free text of an operator ever reaches a style sheet: colours are checked as hex, numbers against a range,
fonts and words against a list. So nothing can close a rule early or load a file from elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from themes.domain.fonts import FONTS
from themes.domain.palette import Mode, Palette, Seeds, palette

HEX = re.compile(r"#[0-9a-f]{6}")
HASH_LENGTH = 16
RATIOS = {"4/5": "4/5", "1/1": "1/1", "3/4": "3/4", "3/2": "3/2"}
RANGES: Mapping[str, tuple[float, float]] = {
    "radius": (0, 28),
    "button_radius": (0, 99),
    "category_radius": (0, 999),
    "density": (0.6, 1.5),
    "display_weight": (300, 900),
    "display_tracking": (-0.06, 0.06),
    "display_leading": (0.95, 1.35),
    "logo_weight": (300, 900),
    "logo_tracking": (-0.06, 0.2),
    "button_weight": (400, 800),
    "button_tracking": (0, 0.2),
    "tint": (0, 0.03),
}


class InvalidTokens(ValueError):
    """A token is not of its type or out of its range. `problems` maps the token's name to what is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Everything of a look that is a value. The nine levers of a theme are here, bar the layout of sections."""

    brand: str = "#3a4a8c"
    accent: str = ""
    mode: Literal["light", "dark", "auto"] = "light"
    tint: float = 0.012
    tint_from: str = ""
    prefer_white_text: bool = False
    display_font: str = "inter"
    body_font: str = "inter"
    radius: float = 12
    button_radius: float = 10
    category_radius: float = 999
    density: float = 1
    image_ratio: str = "4/5"
    boxed_cards: bool = False
    display_weight: float = 600
    display_tracking: float = -0.018
    display_leading: float = 1.1
    logo_weight: float = 700
    logo_tracking: float = -0.02
    logo_uppercase: bool = False
    button_weight: float = 600
    button_tracking: float = 0
    button_uppercase: bool = False
    footer: Literal["soft", "brand"] = "soft"

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise InvalidTokens(problems)

    @property
    def seeds(self) -> Seeds:
        return Seeds(self.brand, self.accent, self.tint, self.tint_from, self.prefer_white_text)

    @property
    def modes(self) -> tuple[Mode, ...]:
        return ("light", "dark") if self.mode == "auto" else (self.mode,)

    def as_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


TOKEN_NAMES = frozenset(f.name for f in fields(Tokens))


WORDS: Mapping[str, tuple[str, ...]] = {
    "mode": ("light", "dark", "auto"),
    "footer": ("soft", "brand"),
    "image_ratio": tuple(RATIOS),
    "display_font": tuple(FONTS),
    "body_font": tuple(FONTS),
}
COLOURS = ("brand", "accent", "tint_from")
SWITCHES = ("boxed_cards", "logo_uppercase", "button_uppercase", "prefer_white_text")


def _is_colour(value: object, *, required: bool) -> bool:
    return isinstance(value, str) and bool(HEX.fullmatch(value) or not (value or required))


def _is_number(value: object, low: float, high: float) -> bool:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and low <= value <= high  # type: ignore[operator]


def _problems(tokens: Tokens) -> dict[str, str]:
    def value(name: str) -> object:
        return getattr(tokens, name)

    found = {
        name: "must be a colour such as #b4532f"
        for name in COLOURS
        if not _is_colour(value(name), required=name == "brand")
    }
    found |= {
        name: f"must be a number from {low:g} to {high:g}"
        for name, (low, high) in RANGES.items()
        if not _is_number(value(name), low, high)
    }
    found |= {
        name: f"must be one of {', '.join(allowed)}"
        for name, allowed in WORDS.items()
        if value(name) not in allowed
    }
    return found | {
        name: "must be true or false" for name in SWITCHES if not isinstance(value(name), bool)
    }


def tokens_from(*layers: Mapping[str, Any]) -> Tokens:
    """Merge layers of token values, the last one winning. Unknown names are kept out. Raises InvalidTokens."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged |= {name: value for name, value in layer.items() if name in TOKEN_NAMES}
    for name in ("brand", "accent", "tint_from"):
        if isinstance(merged.get(name), str):
            merged[name] = merged[name].lower()
    return Tokens(**merged)


def _shape(tokens: Tokens) -> dict[str, str]:
    return {
        "font-display": FONTS[tokens.display_font].stack,
        "font-body": FONTS[tokens.body_font].stack,
        "radius": f"{tokens.radius:g}",
        "btn-radius": f"{tokens.button_radius:g}",
        "cat-r": f"{tokens.category_radius:g}px",
        "density": f"{tokens.density:g}",
        "ratio": RATIOS[tokens.image_ratio],
        "display-w": f"{tokens.display_weight:g}",
        "display-ls": f"{tokens.display_tracking:g}em",
        "display-lh": f"{tokens.display_leading:g}",
        "logo-w": f"{tokens.logo_weight:g}",
        "logo-ls": f"{tokens.logo_tracking:g}em",
        "logo-tt": "uppercase" if tokens.logo_uppercase else "none",
        "btn-w": f"{tokens.button_weight:g}",
        "btn-ls": f"{tokens.button_tracking:g}em",
        "btn-tt": "uppercase" if tokens.button_uppercase else "none",
    }


def _rule(values: Mapping[str, str]) -> str:
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in values.items()) + "}"


def _colours(tokens: Tokens, colours: Palette) -> dict[str, str]:
    out = dict(colours)
    if tokens.footer == "brand":
        out |= {
            "ftr-bg": colours["brand"],
            "ftr-ink": colours["on-brand"],
            "ftr-mut": colours["on-brand"],
        }
    return out


def css_text(tokens: Tokens) -> str:
    """The style sheet of one look, in the cascade layer `theme`. Deterministic."""
    scheme = "light dark" if tokens.mode == "auto" else tokens.mode
    parts = [
        f":root{{color-scheme:{scheme}}}",
        _rule(_shape(tokens)),
        _rule(_colours(tokens, palette(tokens.seeds, mode=tokens.modes[0]))),
    ]
    if tokens.mode == "auto":
        dark = _rule(_colours(tokens, palette(tokens.seeds, mode="dark")))
        parts.append(f"@media (prefers-color-scheme:dark){{{dark}}}")
    return "@layer theme{" + "".join(parts) + "}"


def css_hash(text: str) -> str:
    """The name under which a style sheet may be cached for ever."""
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
