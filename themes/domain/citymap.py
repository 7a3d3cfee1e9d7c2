"""Rule: a made-up city as an SVG map, coloured by the theme's custom properties."""

from __future__ import annotations

import functools
import math
import random
from typing import NamedTuple

WIDTH, HEIGHT = 1200, 760
MARGIN = 350
TURN = math.radians(-14)
BLOCKS_ACROSS = (52, 62, 74, 86)
BLOCKS_DOWN = (46, 58, 70)
PARKS = "M120 60 L330 20 L390 170 L190 230Z", "M900 470 L1080 430 L1140 600 L960 640Z"
RIVER = "M-40 699 C260 502 420 745 640 562 S980 274 1260 228"


class Grid(NamedTuple):
    columns: list[int]
    rows: list[int]


def _point(x: float, y: float) -> str:
    x, y = x - WIDTH / 2, y - HEIGHT / 2
    return (
        f"{x * math.cos(TURN) - y * math.sin(TURN) + WIDTH / 2:.0f} "
        f"{x * math.sin(TURN) + y * math.cos(TURN) + HEIGHT / 2:.0f}"
    )


def _lines(rng: random.Random, length: int, steps: tuple[int, ...]) -> list[int]:
    found, place = [], -MARGIN
    while place < length + MARGIN:
        found.append(place)
        place += rng.choice(steps)
    return found


def _streets(rng: random.Random, grid: Grid) -> tuple[str, str]:
    """The small streets and the main roads, as two paths."""
    small, main = "", ""
    for index, x in enumerate(grid.columns):
        line = f"M{_point(x, -MARGIN)} L{_point(x + rng.uniform(-14, 14), HEIGHT + MARGIN)} "
        small, main = (small, main + line) if index % 5 == 2 else (small + line, main)
    for index, y in enumerate(grid.rows):
        line = f"M{_point(-MARGIN, y)} L{_point(WIDTH + MARGIN, y + rng.uniform(-10, 10))} "
        small, main = (small, main + line) if index % 5 == 3 else (small + line, main)
    return small, main


def _route(grid: Grid) -> list[str]:
    left = next(x for x in grid.columns if x > WIDTH * 0.40)
    right = next(x for x in grid.columns if x > WIDTH * 0.585)
    top = next(y for y in grid.rows if y > HEIGHT * 0.13)
    bottom = next(y for y in grid.rows if y > HEIGHT * 0.62)
    between = [x for x in grid.columns if left < x < right] or [left]
    middle = [y for y in grid.rows if top < y < bottom]
    bend, rise = between[0], middle[len(middle) // 2]
    corners = [(left, bottom), (bend, bottom), (bend, rise), (right, rise), (right, top)]
    return [_point(x, y) for x, y in corners]


@functools.cache
def city_svg(seed: int = 5) -> str:
    """The map with a route between two pins. Same seed, same city."""
    rng = random.Random(seed)  # noqa: S311  (ornament, not a secret)
    grid = Grid(_lines(rng, WIDTH, BLOCKS_ACROSS), _lines(rng, HEIGHT, BLOCKS_DOWN))
    small, main = _streets(rng, grid)
    route = _route(grid)
    path = "M" + " L".join(route)
    start, end = (tuple(map(int, corner.split())) for corner in (route[0], route[-1]))
    join = 'stroke-linejoin="round" stroke-linecap="round"'
    return (
        f'<svg class="city" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f'<rect class="blk" width="{WIDTH}" height="{HEIGHT}"/>'
        + "".join(f'<path class="prk" d="{park}"/>' for park in PARKS)
        + f'<path class="rd" stroke-width="4" d="{small}"/>'
        f'<path class="wat" stroke-width="74" d="{RIVER}"/>'
        f'<path class="rd maj" stroke-width="11" d="{main}"/>'
        f'<path class="casing" stroke-width="15" {join} d="{path}"/>'
        f'<path class="route" stroke-width="8" {join} d="{path}"/>'
        f'<circle class="pin" cx="{start[0]}" cy="{start[1]}" r="12" stroke-width="5"/>'
        f'<rect class="pin" x="{end[0] - 12}" y="{end[1] - 12}" width="24" height="24" rx="5" stroke-width="5"/>'
        "</svg>"
    )
