"""What every drawing uses: gradients, the stage with its light, shadows, and colours that a seed may shift."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from themes.domain.palette import colour, oklch

TALL = (960, 1200)
WIDE = (1440, 960)
SOFTNESS = (
    '<radialGradient id="shadow"><stop offset="0" stop-color="#1a0f08" stop-opacity=".46"/>'
    '<stop offset=".55" stop-color="#1a0f08" stop-opacity=".26"/>'
    '<stop offset="1" stop-color="#1a0f08" stop-opacity="0"/></radialGradient>'
    '<radialGradient id="beam"><stop offset="0" stop-color="#fff" stop-opacity=".3"/>'
    '<stop offset=".6" stop-color="#fff" stop-opacity=".13"/>'
    '<stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>'
)
"""Soft edges are gradients: a blur filter costs a second a picture."""
Stops = Iterable[tuple[float, str]]


def gradient(
    name: str, stops: Stops, line: tuple[float, float, float, float] = (0, 0, 0, 1)
) -> str:
    """A linear gradient along `line` (x1, y1, x2, y2), top to bottom unless told."""
    x1, y1, x2, y2 = line
    inner = "".join(f'<stop offset="{o}" stop-color="{c}"/>' for o, c in stops)
    return f'<linearGradient id="{name}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">{inner}</linearGradient>'


DIAGONAL = (0.0, 0.0, 1.0, 1.0)
ACROSS = (0.0, 0.0, 1.0, 0.0)


def glow(name: str, stops: Iterable[tuple[float, str, float]]) -> str:
    inner = "".join(
        f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops
    )
    return f'<radialGradient id="{name}">{inner}</radialGradient>'


def rect(x: float, y: float, w: float, h: float, fill: str, extra: str = "") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" fill="{fill}" {extra}/>'


def path(d: str, fill: str = "none", extra: str = "") -> str:
    return f'<path d="{d}" fill="{fill}" {extra}/>'


def ellipse(cx: float, cy: float, rx: float, ry: float, fill: str, extra: str = "") -> str:
    return f'<ellipse cx="{cx:g}" cy="{cy:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}" {extra}/>'


def shadow(cx: float, cy: float, rx: float) -> str:
    """The soft shadow of a thing on the table; the light comes from the start side."""
    return ellipse(cx + 56, cy, rx * 1.28, 66, "url(#shadow)")


def document(size: tuple[int, int], body: str, defs: str, *, mirrored: bool = False) -> str:
    width, height = size
    if mirrored:
        body = f'<g transform="translate({width} 0) scale(-1 1)">{body}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<defs>{SOFTNESS}{defs}</defs>{body}</svg>"
    )


def turned(colour_hex: str, degrees: float, lift: float = 0.0) -> str:
    """The colour with its hue turned and its lightness lifted."""
    seed = oklch(colour_hex)
    lightness = min(0.97, max(0.12, seed.lightness + lift))
    return colour(lightness, seed.chroma, seed.hue + math.radians(degrees))


@dataclass(slots=True)
class Drawing:
    """A picture of one thing under way: definitions, shapes, and how its seed turns the colours.

    Seed 0 keeps the colours as drawn.
    """

    seed: int = 0
    defs: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    thing_turn: float = 0.0
    wall_turn: float = 0.0
    lift: float = 0.0
    mirrored: bool = False

    def __post_init__(self) -> None:
        if self.seed:
            rng = random.Random(self.seed)  # noqa: S311  (a picture, not a secret)
            self.thing_turn = rng.choice((0, 35, 80, 130, 175, 205, 240, 290, 325))
            self.wall_turn = rng.choice((0, 25, 70, 140, 190, 250, 310))
            self.lift = rng.uniform(-0.06, 0.06)
            self.mirrored = rng.random() < 0.5

    def thing(self, colour_hex: str) -> str:
        return turned(colour_hex, self.thing_turn, self.lift) if self.seed else colour_hex

    def wall(self, colour_hex: str) -> str:
        return turned(colour_hex, self.wall_turn) if self.seed else colour_hex

    def define(self, *texts: str) -> None:
        self.defs.extend(texts)

    def add(self, *texts: str) -> None:
        self.shapes.extend(texts)

    def round_body(self, name: str, base: str, dark: str, light: str) -> None:
        """A gradient that makes a flat shape look turned on a wheel."""
        stops = ((0, dark), (0.28, light), (0.55, base), (1, dark))
        self.define(gradient(name, [(o, self.thing(c)) for o, c in stops], ACROSS))

    def stage(self, wall: tuple[str, str], table: tuple[str, str]) -> None:
        """Wall, table and the beam of light that every product stands in."""
        self.define(
            gradient("wall", [(0, self.wall(wall[0])), (1, self.wall(wall[1]))], DIAGONAL),
            gradient("table", [(0, table[0]), (1, table[1])]),
        )
        self.add(
            rect(0, 0, 960, 1200, "url(#wall)"),
            ellipse(380, 380, 300, 760, "url(#beam)", 'transform="rotate(-30 380 380)"'),
            rect(0, 840, 960, 360, "url(#table)"),
            rect(0, 838, 960, 5, "#fff", 'opacity=".25"'),
        )

    def svg(self, size: tuple[int, int] = TALL) -> str:
        return document(size, "".join(self.shapes), "".join(self.defs), mirrored=self.mirrored)
