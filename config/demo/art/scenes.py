"""Places: a house by the sea, a cabin, a loft, a canal, a courtyard."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from config.demo.art.canvas import (
    ACROSS,
    DIAGONAL,
    WIDE,
    Drawing,
    glow,
    gradient,
    path,
    rect,
    shadow,
)

W, H = WIDE


def _cypress(x: float, y: float, h: float, green: str) -> str:
    return path(
        f"M{x} {y - h} C{x + h * 0.16} {y - h * 0.6} {x + h * 0.13} {y} {x} {y}"
        f" C{x - h * 0.13} {y} {x - h * 0.16} {y - h * 0.6} {x} {y - h}Z",
        green,
    )


def _halo(d: Drawing, name: str, tone: str, x: float, y: float, r: float) -> None:
    d.define(glow(name, [(0, tone, 0.5), (0.5, tone, 0.2), (1, tone, 0)]))
    d.add(f'<circle cx="{x}" cy="{y}" r="{r}" fill="url(#{name})"/>')


def _villa(d: Drawing, sky: tuple[str, str, str], sea: str, sun: str) -> None:
    d.define(
        gradient("sky", [(0, sky[2]), (0.6, sky[1]), (1, sky[0])]),
        gradient("sea", [(0, "#ffffff"), (0.08, sea), (1, "#1d5068")]),
        gradient("pool", [(0, "#8fd6de"), (1, "#2b93ad")], DIAGONAL),
        gradient("wall", [(0, "#fffdf8"), (1, "#e6d9c8")], ACROSS),
        gradient("glass", [(0, "#ffdf9e"), (1, "#d98f4a")]),
    )
    d.add(rect(0, 0, W, H, "url(#sky)"), f'<circle cx="1090" cy="330" r="90" fill="{sun}"/>')
    _halo(d, "halo", sun, 1090, 330, 300)
    d.add(rect(0, 440, W, 250, "url(#sea)"))
    for i in range(11):
        d.add(
            rect(960 + (i * 67) % 260, 452 + i * 16, 60 + (i * 41) % 120, 3, "#fff", 'opacity=".5"')
        )
    d.add(
        path("M-20 470 C140 360 250 380 420 452 L420 470Z", "#7a8f94", 'opacity=".75"'),
        rect(0, 640, W, 320, "#e5d6c0"),
        rect(0, 640, W, 22, "#cdb999"),
    )
    trees = ((70, 330, "#2f4a3a"), (130, 400, "#3a5a46"), (205, 290, "#2f4a3a"), (900, 300, "#3a5a46"), (960, 230, "#2f4a3a"))  # fmt: skip
    d.add(*(_cypress(x, 662, h, green) for x, h, green in trees))
    _villa_house(d)
    _villa_pool(d)


def _villa_house(d: Drawing) -> None:
    d.add(
        rect(250, 300, 430, 360, "url(#wall)"),
        rect(560, 400, 330, 260, "url(#wall)"),
        rect(250, 300, 430, 16, "#cfbfa8"),
        rect(560, 400, 330, 14, "#cfbfa8"),
        rect(680, 414, 210, 246, "#000", 'opacity=".06"'),
    )
    for x in (290, 420, 550):
        d.add(rect(x, 350, 96, 110, "url(#glass)"), rect(x + 46, 350, 4, 110, "#7b6a55"))
    d.add(
        rect(290, 510, 240, 150, "url(#glass)"),
        rect(408, 510, 4, 150, "#7b6a55"),
        rect(600, 470, 250, 190, "url(#glass)"),
        *(rect(600 + k * 62, 470, 4, 190, "#7b6a55") for k in range(5)),
        path("M540 380 H960 L990 400 H520Z", "#a98a63"),
        rect(930, 400, 7, 262, "#8b6f4c"),
    )


def _villa_pool(d: Drawing) -> None:
    d.add(
        path("M330 720 H1330 L1440 900 H150Z", "#f7efe3"),
        path("M380 740 H1290 L1380 880 H230Z", "url(#pool)"),
    )
    for k in range(8):
        wave = f"M{300 + k * 130} {770 + (k % 3) * 34} q40 -10 80 0 t80 0"
        d.add(path(wave, extra='stroke="#fff" stroke-width="4" opacity=".4"'))
    for x in (1010, 1130):
        d.add(path(f"M{x} 700 l90 -30 l10 10 l-86 30Z", "#fff"), rect(x, 700, 86, 10, "#d8c7ae"))
    d.add(
        path("M1256 690 V540", extra='stroke="#8b6f4c" stroke-width="7"'),
        path("M1160 552 Q1256 470 1352 552Z", "#f5ecdd"),
        path("M1208 552 Q1256 470 1304 552Z", "#d9a36a"),
    )


def villa_day(d: Drawing) -> None:
    _villa(d, ("#ffd9a8", "#fdf0dc", "#6fb3dd"), "#2f8fb5", "#fffdf2")


def villa_dusk(d: Drawing) -> None:
    _villa(d, ("#e98aa0", "#c79acb", "#3a4a86"), "#3c4f8f", "#ffe0d0")


def _pine(x: float, y: float, s: float, green: str) -> str:
    layers = []
    for k in range(3):
        half = s * (0.32 + 0.16 * k)
        low = y - s * (1.0 - 0.45 * k) + s * 0.2
        layers.append(
            f"M{x} {y - s * (1.9 - 0.45 * k):.0f} L{x + half:.0f} {low:.0f} L{x - half:.0f} {low:.0f}Z"
        )
    return path(" ".join(layers), green)


def _ridge(seed: int, y: float, swing: float, fill: str) -> str:
    rng = random.Random(seed)  # noqa: S311
    points, x = [], -40.0
    while x < W + 80:
        points.append(f"{x:.0f} {y + rng.uniform(-swing, swing):.0f}")
        x += rng.uniform(90, 190)
    return path(f"M-40 {H} L{' L'.join(points)} L{W + 40} {H}Z", fill)


def cabin(d: Drawing) -> None:
    rng = random.Random(4)  # noqa: S311
    d.define(
        gradient("sky", [(0, "#2b3a67"), (0.55, "#7a6f9b"), (1, "#f2a488")]),
        gradient("roof", [(0, "#3a2a22"), (1, "#1d1512")]),
        gradient("glass", [(0, "#ffe3a6"), (1, "#f0a24e")]),
    )
    d.add(rect(0, 0, W, H, "url(#sky)"))
    for _ in range(60):
        x, y, r = rng.randint(0, W), rng.randint(0, 300), rng.choice((1.5, 2, 2.6))
        d.add(f'<circle cx="{x}" cy="{y}" r="{r}" fill="#fff" opacity=".7"/>')
    d.add(
        _ridge(1, 470, 90, "#6a6390"), _ridge(2, 560, 60, "#4b4a73"), _ridge(8, 650, 40, "#2f3556")
    )
    d.add(rect(0, 740, W, 220, "#1e2a2c"))
    for _ in range(16):
        x = rng.choice((rng.randint(-20, 430), rng.randint(1010, 1460)))
        d.add(
            _pine(
                x,
                800 + rng.randint(0, 70),
                rng.randint(110, 190),
                rng.choice(("#16302e", "#1d3a36", "#10231f")),
            )
        )
    _halo(d, "halo", "#ffb765", 720, 700, 430)
    d.add(
        path("M720 300 L1010 800 H430Z", "url(#roof)"),
        path("M720 390 L925 800 H515Z", "url(#glass)"),
        *(
            path(f"M720 390 L{515 + k * 82} 800", extra='stroke="#5a3b22" stroke-width="8"')
            for k in range(6)
        ),
        path("M585 660 H855", extra='stroke="#5a3b22" stroke-width="12"'),
        rect(410, 800, 620, 24, "#4a3323"),
        path("M300 960 Q720 850 1140 960Z", "#ffb765", 'opacity=".12"'),
    )


def _skyline(d: Drawing, rng: random.Random) -> None:
    x = 330
    while x < 1230:
        width, height = min(rng.randint(50, 110), 1230 - x), rng.randint(120, 360)
        d.add(rect(x, 650 - height, width, height, "#1b2440", 'opacity=".86"'))
        for y in range(664 - height, 640, 26):
            for column in range(x + 8, x + width - 12, 20):
                if rng.random() < 0.45:
                    d.add(rect(column, y, 9, 13, "#ffd58a", 'opacity=".85"'))
        x += width + 4


def loft(d: Drawing) -> None:
    rng = random.Random(9)  # noqa: S311
    d.define(
        gradient("sky", [(0, "#7fb6dd"), (1, "#f6e3c8")]),
        gradient("floor", [(0, "#8a6244"), (1, "#5a3d29")]),
        gradient("sofa", [(0, d.thing("#c6774e")), (1, d.thing("#8d4a2b"))]),
    )
    d.add(rect(0, 0, W, H, d.wall("#e9e4dc")), rect(330, 90, 900, 560, "url(#sky)"))
    _skyline(d, rng)
    d.add(
        *(rect(325 + k * 225, 90, 10, 560, "#15171b") for k in range(5)),
        rect(320, 330, 920, 9, "#15171b"),
        rect(320, 82, 920, 12, "#15171b"),
        rect(0, 720, W, 240, "url(#floor)"),
        path("M420 740 L1180 740 L1330 930 L270 930Z", "#e6d8c6", 'opacity=".9"'),
        shadow(750, 775, 320),
        rect(470, 560, 560, 150, "url(#sofa)", 'rx="40"'),
        rect(440, 630, 620, 140, d.thing("#b8673f"), 'rx="36"'),
        rect(430, 600, 80, 170, d.thing("#a55a36"), 'rx="34"'),
        rect(990, 600, 80, 170, d.thing("#a55a36"), 'rx="34"'),
        rect(540, 585, 120, 90, "#f1e4d0", 'rx="16" transform="rotate(-8 600 630)"'),
        path("M1250 740 V420", extra='stroke="#d9b26a" stroke-width="8"'),
        path("M1190 420 L1310 420 L1285 330 H1215Z", "#ffdf9e"),
    )
    _halo(d, "halo", "#ffcf7a", 1250, 420, 240)
    d.add(rect(150, 640, 120, 130, "#d8cbbb", 'rx="12"'))
    for lean in (-60, -35, -12, 14, 38, 62):
        leaf = f"M210 645 q{lean * 1.2} -120 {lean * 2.4} -220 q{20 - lean * 0.5} 120 {-lean * 2.4} 220"
        d.add(path(leaf, "#4f7a5b", 'opacity=".95"'))


def _town_house(d: Drawing, rng: random.Random, x: int, width: int, fill: str) -> None:
    height = rng.randint(380, 540)
    top = 740 - height
    d.add(
        rect(x, top, width, height, fill),
        path(
            f"M{x - 6} {top} L{x + width / 2} {top - rng.randint(60, 110)} L{x + width + 6} {top}Z",
            "#8c4a36",
        ),
    )
    pane = (width - 36) / 3
    for y in range(top + 40, 680, 104):
        for k in range(3):
            left = x + 18 + k * pane
            lit = rng.random() < 0.4
            d.add(
                rect(left, y, pane - 12, 66, "#ffdf9e" if lit else "#2f4250", 'rx="3"'),
                rect(left - 5, y + 62, pane - 2, 7, "#fff", 'opacity=".7"'),
            )
    d.add(rect(x + width - 10, top, 10, height, "#000", 'opacity=".1"'))


def town(d: Drawing) -> None:
    rng = random.Random(12)  # noqa: S311
    fills = ("#e8b04b", "#d96c4f", "#f0e0c8", "#6d9c93", "#c9566a", "#e6c9a3", "#8db3c7", "#d98a5b")
    d.define(
        gradient("sky", [(0, "#8ec5e8"), (1, "#fbe6c8")]),
        gradient("water", [(0, "#4f93a8"), (1, "#2c6277")]),
    )
    d.add(rect(0, 0, W, H, "url(#sky)"))
    x, index = 0, 0
    while x < W:
        width = rng.randint(150, 210)
        _town_house(d, rng, x, width, d.thing(fills[index % len(fills)]))
        x, index = x + width, index + 1
    d.add(rect(0, 740, W, 34, "#c9b79d"), rect(0, 774, W, 190, "url(#water)"))
    for _ in range(26):
        d.add(
            rect(
                rng.randint(0, 1400),
                rng.randint(790, 940),
                rng.randint(60, 200),
                4,
                "#fff",
                'opacity=".35"',
            )
        )
    d.add(
        path("M520 810 H900 L860 862 H560Z", "#fff"),
        path("M540 838 H880 L860 862 H560Z", d.thing("#b4503a")),
        rect(620, 770, 170, 42, "#f5efe4", 'rx="6"'),
    )


def courtyard(d: Drawing) -> None:
    d.define(
        gradient("sky", [(0, "#f3d7b6"), (1, "#e2a978")]),
        gradient("pool", [(0, "#6fc3c0"), (1, "#2a8587")]),
        gradient("inside", [(0, "#7d3f26"), (1, "#b96e43")]),
    )
    d.add(rect(0, 0, W, H, "url(#sky)"), rect(0, 0, W, 90, "#cf8f5f"))
    d.add(*(rect(k * 60, 60, 34, 34, "#b9733f") for k in range(25)))
    for x in (90, 420, 750, 1080):
        d.add(
            path(f"M{x} 690 V340 A130 130 0 0 1 {x + 260} 340 V690Z", "url(#inside)"),
            path(
                f"M{x} 340 A130 130 0 0 1 {x + 260} 340", extra='stroke="#fff3df" stroke-width="16"'
            ),
            path(
                f"M{x + 70} 690 V420 A60 60 0 0 1 {x + 190} 420 V690Z", "#ffcf8f", 'opacity=".75"'
            ),
            path(f"M{x + 130} 240 V330", extra='stroke="#5a2d16" stroke-width="4"'),
            path(f"M{x + 108} 330 h44 l-10 44 h-24Z", "#ffe2a8"),
        )
    d.add(
        rect(0, 690, W, 270, "#e9cfae"),
        *(
            path(f"M{k * 80} 690 l-40 270", extra='stroke="#d2b189" stroke-width="4"')
            for k in range(24)
        ),
        path("M380 760 H1060 L1140 900 H300Z", "#fff3df"),
        path("M405 772 H1036 L1098 888 H342Z", "url(#pool)"),
    )
    for x in (40, 1310):
        d.add(path(f"M{x} 770 h90 l-12 130 h-66Z", "#a9552f"))
        for lean in (-70, -35, 0, 35, 70):
            leaf = f"M{x + 45} 772 q{lean} -120 {lean * 1.8} -190 q{20 - lean * 0.4} 110 {-lean * 1.8} 190"
            d.add(path(leaf, "#4d7148"))


SCENES: Mapping[str, Callable[[Drawing], None]] = MappingProxyType(
    {f.__name__: f for f in (villa_day, villa_dusk, cabin, loft, town, courtyard)},
)


def draw(name: str, *, seed: int = 0) -> str:
    """The SVG of a place, three by two."""
    drawing = Drawing(seed=seed)
    SCENES[name](drawing)
    return drawing.svg(WIDE)
