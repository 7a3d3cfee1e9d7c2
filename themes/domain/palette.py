"""Rule: a brand colour in, a whole palette out, with every declared pair at WCAG 2.2 AA.

Colours are worked on in OKLCH, where lightness means the same for every hue, and checked on the final 8-bit
hex, which is what a reader sees. The brand fill keeps the operator's exact colour; text, icons and borders use
the nearest shade that passes on every background they may lie on.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Mode = Literal["light", "dark"]
Palette = Mapping[str, str]

BLACK, WHITE = "#000000", "#ffffff"
TEXT_CONTRAST = 4.5
UI_CONTRAST = 3.0
UI_TARGET = 3.05  # a hair above, so that rounding to 8 bits cannot lose it
GAMUT_STEPS = 18
SOLVE_STEPS = 22
REMEMBERED_PALETTES = 128  # a palette costs some 15 ms, and most tenants start from a theme's own
MAX_TINT = 0.03
LIGHT_INK_LUMINANCE = 0.3  # below this an on-colour is dark
SURFACES = ("bg", "surface", "surface-2")
SIGNALS = (
    ("ok", 2.55, 0.14),
    ("warn", 1.25, 0.14),
    ("bad", 0.45, 0.19),
)  # name, hue in radians, chroma


class Oklch(NamedTuple):
    lightness: float
    chroma: float
    hue: float


class Rgb(NamedTuple):
    red: float
    green: float
    blue: float


class Pair(NamedTuple):
    """A foreground that may lie on a background, and the contrast it owes there."""

    foreground: str
    background: str
    target: float


class Reading(NamedTuple):
    foreground: str
    background: str
    ratio: float
    target: float
    passes: bool


@dataclass(frozen=True, slots=True)
class Seeds:
    """What an operator chooses. `tint` is the chroma of the greys, `tint_from` the colour they lean to."""

    brand: str
    accent: str = ""
    tint: float = 0.012
    tint_from: str = ""
    prefer_white_text: bool = False


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _rgb(colour: str) -> Rgb:
    digits = colour.removeprefix("#")
    return Rgb(*(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)))


def _hex(rgb: Sequence[float]) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, c)) * 255):02x}" for c in rgb)


def oklch(colour: str) -> Oklch:
    """The OKLCH coordinates of an sRGB hex colour."""
    r, g, b = (_linear(c) for c in _rgb(colour))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    mid = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short
    b_axis = 0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b_axis), math.atan2(b_axis, a))


def _linear_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Rgb(
        4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short,
    )


def _in_gamut(rgb: Rgb) -> bool:
    return min(rgb) >= -1e-4 and max(rgb) <= 1.0001


def colour(lightness: float, chroma: float, hue: float) -> str:
    """The sRGB hex nearest to an OKLCH colour: chroma gives way, hue and lightness stay."""
    lightness = min(1.0, max(0.0, lightness))
    rgb = _linear_rgb(lightness, chroma, hue)
    if not _in_gamut(rgb):
        low, high = 0.0, chroma
        for _ in range(GAMUT_STEPS):
            middle = (low + high) / 2
            if _in_gamut(_linear_rgb(lightness, middle, hue)):
                low = middle
            else:
                high = middle
        rgb = _linear_rgb(lightness, low, hue)
    return _hex([_gamma(min(1.0, max(0.0, c))) for c in rgb])


def luminance(colour_hex: str) -> float:
    r, g, b = (_linear(c) for c in _rgb(colour_hex))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _solve(
    seed: Oklch, *, on: Sequence[str], target: float, darker: bool, chroma: float | None = None
) -> str:
    """The lightness nearest to the seed's that reaches `target` on every background of `on`."""
    c = seed.chroma if chroma is None else chroma

    def passes(lightness: float) -> bool:
        return min(contrast(colour(lightness, c, seed.hue), b) for b in on) >= target

    if passes(seed.lightness):
        return colour(seed.lightness, c, seed.hue)
    end = 0.0 if darker else 1.0
    if not passes(end):
        return BLACK if darker else WHITE
    low, high = seed.lightness, end
    for _ in range(SOLVE_STEPS):
        middle = (low + high) / 2
        if passes(middle):
            high = middle
        else:
            low = middle
    return colour(high, c, seed.hue)


def _text_on(fill: str, seed: Oklch) -> str:
    """Near-white where it passes, else tinted ink, else plain black or white (one of which always passes)."""
    light = colour(0.985, min(seed.chroma, 0.01), seed.hue)
    ink = colour(0.2, min(seed.chroma * 0.3, 0.04), seed.hue)
    for candidate in (light, ink):
        if contrast(candidate, fill) >= TEXT_CONTRAST:
            return candidate
    return max((WHITE, BLACK), key=lambda c: contrast(c, fill))


def _neutrals(seeds: Seeds, *, dark: bool) -> dict[str, str]:
    hue = oklch(seeds.tint_from or seeds.brand).hue
    tint = min(seeds.tint, MAX_TINT)
    steps = (0.165, 0.21, 0.255, 0.32) if dark else (0.984, 1.0, 0.955, 0.905)
    out = {
        "bg": colour(steps[0], tint, hue),
        "surface": colour(steps[1], tint * 1.1 if dark else 0.0, hue),
        "surface-2": colour(steps[2], tint * 1.3, hue),
        "line": colour(steps[3], tint * 1.4, hue),
    }
    on = [out[name] for name in SURFACES]
    soft = min(MAX_TINT, tint * 2)
    out["ink"] = _solve(Oklch(0.97 if dark else 0.22, soft, hue), on=on, target=12, darker=not dark)
    out["muted"] = _solve(
        Oklch(0.72 if dark else 0.52, soft, hue), on=on, target=5, darker=not dark
    )
    out["field"] = _solve(
        Oklch(0.5 if dark else 0.66, tint * 2, hue), on=on, target=UI_TARGET, darker=not dark
    )
    return out


def _fill(
    name: str, seed: Oklch, *, neutrals: Palette, dark: bool, white_text: bool
) -> dict[str, str]:
    on = [neutrals[surface] for surface in SURFACES]
    fill = colour(*seed)
    if white_text and contrast(WHITE, fill) < TEXT_CONTRAST:
        fill = _solve(seed, on=[WHITE], target=TEXT_CONTRAST, darker=True)
    text = _text_on(fill, seed)
    step = 0.05 if luminance(text) < LIGHT_INK_LUMINANCE else -0.05
    hover = colour(oklch(fill).lightness + step, seed.chroma, seed.hue)
    soft = colour(
        0.29 if dark else 0.945, min(seed.chroma * 0.16, 0.045 if dark else 0.02), seed.hue
    )
    shade = Oklch(0.88 if dark else 0.34, min(seed.chroma, 0.11), seed.hue)
    ui = _solve(seed, on=on, target=UI_TARGET, darker=not dark)
    return {
        name: fill,
        f"on-{name}": text,
        f"{name}-edge": fill if contrast(fill, neutrals["bg"]) >= UI_CONTRAST else ui,
        f"{name}-hover": hover if contrast(hover, text) >= TEXT_CONTRAST else fill,
        f"{name}-soft": soft,
        f"{name}-soft-ink": _solve(shade, on=[soft], target=7, darker=not dark),
        f"{name}-ui": ui,
    }


def palette(seeds: Seeds, *, mode: Mode) -> dict[str, str]:
    """Every colour a page may use, by name. Same seeds and mode, same palette."""
    return dict(_palette(seeds, mode))


@functools.lru_cache(maxsize=REMEMBERED_PALETTES)
def _palette(seeds: Seeds, mode: Mode) -> Palette:
    dark = mode == "dark"
    out = _neutrals(seeds, dark=dark)
    fills = {"brand": oklch(seeds.brand), "accent": oklch(seeds.accent or seeds.brand)}
    for name, seed in fills.items():
        out |= _fill(name, seed, neutrals=out, dark=dark, white_text=seeds.prefer_white_text)
    on = [out[name] for name in SURFACES]
    for name, seed in fills.items():
        start = max(seed.lightness, 0.7) if dark else min(seed.lightness, 0.58)
        out[f"{name}-text"] = _solve(
            Oklch(start, seed.chroma, seed.hue),
            on=[*on, out["brand-soft"], out["accent-soft"]],
            target=TEXT_CONTRAST,
            darker=not dark,
        )
    for name, hue, chroma in SIGNALS:
        out[f"{name}-soft"] = colour(0.28 if dark else 0.955, 0.04, hue)
        seed = Oklch(0.8 if dark else 0.5, chroma, hue)
        out[f"{name}-text"] = _solve(
            seed, on=[*on, out[f"{name}-soft"]], target=4.6, darker=not dark
        )
    return out


def _declared_pairs() -> tuple[Pair, ...]:
    pairs = [Pair("ink", b, TEXT_CONTRAST) for b in SURFACES]
    pairs += [Pair("muted", b, TEXT_CONTRAST) for b in SURFACES]
    pairs += [Pair("field", b, UI_CONTRAST) for b in SURFACES]
    for n in ("brand", "accent"):
        pairs += [Pair(f"{n}-edge", "bg", UI_CONTRAST)]
        pairs += [Pair(f"on-{n}", fill, TEXT_CONTRAST) for fill in (n, f"{n}-hover")]
        pairs += [Pair(f"{n}-soft-ink", f"{n}-soft", TEXT_CONTRAST)]
        pairs += [
            Pair(f"{n}-text", b, TEXT_CONTRAST) for b in (*SURFACES, "brand-soft", "accent-soft")
        ]
        pairs += [Pair(f"{n}-ui", b, UI_CONTRAST) for b in SURFACES]
    for n, _, _ in SIGNALS:
        pairs += [Pair(f"{n}-text", b, TEXT_CONTRAST) for b in (*SURFACES, f"{n}-soft")]
    return tuple(pairs)


PAIRS = _declared_pairs()
"""The contract: style sheets may lay only these foregrounds on these backgrounds."""


def report(colours: Palette) -> list[Reading]:
    """The contrast of every declared pair, worst first."""
    readings = [
        Reading(
            f,
            b,
            round(contrast(colours[f], colours[b]), 2),
            t,
            contrast(colours[f], colours[b]) >= t,
        )
        for f, b, t in PAIRS
    ]
    worst: Callable[[Reading], float] = lambda reading: reading.ratio / reading.target  # noqa: E731
    return sorted(readings, key=worst)
