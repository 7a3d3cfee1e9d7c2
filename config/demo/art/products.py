"""Things a shop may sell, each drawn on the same table in the same light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from config.demo.art.canvas import DIAGONAL, Drawing, ellipse, glow, gradient, path, rect, shadow

STEMS = ((-90, 70, "#7d8b57"), (-20, 20, "#97a26a"), (70, 90, "#6c7a4b"), (130, 160, "#8b9660"))
LEAVES = (0.35, 0.5, 0.65, 0.8, 0.95)


def _branches(d: Drawing, x: float, y: float) -> None:
    for dx, top, green in STEMS:
        d.add(
            path(
                f"M{x} {y} C{x} {y - 80} {x + dx * 0.6} {y - 120} {x + dx} {top + y - 300}",
                extra='stroke="#5f6b42" stroke-width="6"',
            )
        )
        for t in LEAVES:
            lx, ly = x + dx * t * t + dx * 0.1, y - (300 - top) * t
            for side in (-1, 1):
                turn = f'transform="rotate({side * -35} {lx + side * 22:.0f} {ly:.0f})"'
                d.add(ellipse(lx + side * 22, ly, 30, 11, green, turn))


def vase(d: Drawing) -> None:
    d.stage(("#e9dcc9", "#cdb79a"), ("#b98d63", "#8d6440"))
    d.round_body("v", "#c2613d", "#8a3a20", "#e08a63")
    d.add(
        shadow(480, 990, 230),
        path(
            "M430 300 C428 380 300 480 286 690 C276 860 360 990 400 1000 L560 1000"
            " C600 990 684 860 674 690 C660 480 532 380 530 300Z",
            "url(#v)",
        ),
        ellipse(480, 300, 50, 13, d.thing("#5c2412")),
        path(
            "M290 640 C380 680 580 680 670 640 L674 700 C580 742 380 742 286 700Z",
            "#f3e3cf",
            'opacity=".85"',
        ),
    )
    _branches(d, 480, 300)


def bowls(d: Drawing) -> None:
    d.stage(("#d7dfd8", "#aebdb4"), ("#dcd3c2", "#b5a88f"))
    d.add(shadow(480, 1000, 330))
    stack = (
        (940, 300, "#35556a", "#203846", "#56809b"),
        (850, 262, "#e8e0d0", "#b8ab92", "#fffaf0"),
        (770, 224, "#cf8f5a", "#96592c", "#ecb483"),
    )
    for index, (y, rx, base, dark, light) in enumerate(stack):
        d.round_body(f"v{index}", base, dark, light)
        d.add(
            path(
                f"M{480 - rx} {y - 90} C{490 - rx} {y + 30} {480 - rx * 0.5} {y + 62} {480 - rx * 0.42} {y + 64}"
                f" L{480 + rx * 0.42} {y + 64} C{480 + rx * 0.5} {y + 62} {470 + rx} {y + 30} {480 + rx} {y - 90}Z",
                f"url(#v{index})",
            ),
            ellipse(480, y - 90, rx, 38, d.thing(dark)),
            ellipse(480, y - 84, rx - 12, 30, d.thing(base), 'opacity=".8"'),
        )


def mug(d: Drawing) -> None:
    d.stage(("#f1e4dc", "#dfc3b4"), ("#efe5d8", "#cdb9a2"))
    d.define(
        gradient(
            "v",
            [(0, "#c7b9a2"), (0.28, "#fffdf8"), (0.55, "#f4ede1"), (1, "#c7b9a2")],
            (0, 0, 1, 0),
        )
    )
    d.add(
        shadow(470, 1000, 260),
        path("M640 600 C800 590 810 850 640 860", extra='stroke="#d5c8b3" stroke-width="46"'),
        path(
            "M270 520 L290 960 C292 990 330 1004 470 1004 C610 1004 648 990 650 960 L670 520Z",
            "url(#v)",
        ),
        ellipse(470, 520, 200, 44, "#5b3a26"),
        ellipse(470, 520, 200, 44, "none", 'stroke="#fffaf0" stroke-width="14"'),
        path(
            "M279 700 C380 740 560 740 661 700 L650 960 C648 990 610 1004 470 1004 C330 1004 292 990 290 960Z",
            d.thing("#3d6b5c"),
            'opacity=".92"',
        ),
    )
    for x in (410, 470, 530):
        d.add(
            path(
                f"M{x} 440 C{x - 30} 380 {x + 30} 340 {x} 270",
                extra='stroke="#fff" stroke-width="14" opacity=".14" stroke-linecap="round"',
            )
        )


def basket(d: Drawing) -> None:
    d.stage(("#dfe3d3", "#b7c0a2"), ("#cbb592", "#98805a"))
    d.define(
        gradient(
            "v",
            [(0, "#8b6433"), (0.28, "#e8c891"), (0.55, "#c99f63"), (1, "#8b6433")],
            (0, 0, 1, 0),
        )
    )
    d.add(
        shadow(480, 1000, 330),
        path("M300 560 C300 240 660 240 660 560", extra='stroke="#8b6433" stroke-width="30"'),
        path("M190 560 C210 900 260 1000 320 1004 L640 1004 C700 1000 750 900 770 560Z", "url(#v)"),
    )
    for row in range(9):
        left, right = 192 + row * 9, 768 - row * 9
        width = (right - left) / 14
        for column in range(14):
            fill, opacity = ("#6f4d22", ".34") if (column + row) % 2 else ("#ffffff", ".16")
            d.add(
                rect(
                    left + column * width,
                    590 + row * 46,
                    width - 5,
                    34,
                    fill,
                    f'rx="14" opacity="{opacity}"',
                )
            )
    d.add(
        ellipse(480, 560, 290, 40, "#6f4d22"),
        path("M250 552 C330 470 430 520 470 480 C540 430 640 520 712 552Z", "#e7ddcf"),
        path("M330 540 C400 480 520 500 600 545Z", d.thing("#b5523a")),
    )


def textile(d: Drawing) -> None:
    d.stage(("#e6d9d3", "#c8aba1"), ("#a9745c", "#7b4d3a"))
    d.add(shadow(480, 1000, 360))
    colours = ("#2f4858", "#e9dcc6", "#b4503a", "#e9dcc6", "#d9a441", "#2f4858")
    for index, base in enumerate(colours):
        y = 930 - index * 76
        d.define(gradient(f"v{index}", [(0, d.thing(base)), (1, "#1f1612")], (0, 0, 0, 2.4)))
        d.add(
            path(
                f"M150 {y} q0 -70 40 -70 H770 q40 0 40 70 q0 10 -40 10 H190 q-40 0 -40 -10Z",
                f"url(#v{index})",
            )
        )
        d.add(*(rect(180 + k * 34, y - 64, 5, 60, "#fff", 'opacity=".14"') for k in range(18)))
        d.add(
            path(
                f"M170 {y - 40} H790",
                extra='stroke="#fff" stroke-width="7" stroke-dasharray="14 14" opacity=".32"',
            )
        )


def candle(d: Drawing) -> None:
    d.stage(("#3b3a3f", "#1f1e22"), ("#5a4436", "#2c201a"))
    d.round_body("v", "#d9b48a", "#8a6744", "#f3dcbc")
    d.define(glow("flame", [(0, "#fff3c4", 1), (0.5, "#ffb84d", 0.7), (1, "#ff8a00", 0)]))
    d.add(
        '<circle cx="480" cy="480" r="430" fill="url(#flame)" opacity=".42"/>',
        shadow(480, 1000, 240),
        rect(300, 600, 360, 404, "url(#v)", 'rx="26"'),
        ellipse(480, 606, 178, 34, "#fff1d6"),
        rect(474, 540, 12, 66, "#3a2a1a"),
        path("M480 400 C530 470 520 546 480 552 C440 546 430 470 480 400Z", "#ffd27a"),
        path("M480 450 C505 490 500 540 480 546 C460 540 455 490 480 450Z", "#fff7df"),
        rect(360, 740, 240, 130, "#f7efe2"),
        rect(392, 778, 176, 10, d.thing("#7a5a3a")),
        rect(420, 812, 120, 8, "#b79a79"),
    )


def board(d: Drawing) -> None:
    d.stage(("#e7e2da", "#c9beae"), ("#e8ded0", "#c6b59d"))
    d.define(
        gradient("v", [(0, "#b87a44"), (1, "#7d4a20")], DIAGONAL),
        gradient("v2", [(0, "#d9a66b"), (1, "#a06a35")], DIAGONAL),
    )
    grain = "".join(
        path(
            f"M{x} 360 C{x + 20} 560 {x - 20} 760 {x + 2} 970",
            extra='stroke="#5d3413" stroke-width="3" opacity=".3"',
        )
        for x in range(310, 688, 42)
    )
    d.add(
        shadow(480, 1010, 320),
        '<g transform="rotate(-7 480 640)">',
        rect(280, 330, 400, 660, "url(#v)", 'rx="70"'),
        rect(430, 150, 100, 220, "url(#v)", 'rx="48"'),
        f'<circle cx="480" cy="200" r="22" fill="{d.wall("#d8cbb8")}"/>',
        grain,
        '</g><g transform="rotate(14 700 640)">',
        rect(690, 420, 30, 560, "url(#v2)", 'rx="15"'),
        ellipse(705, 370, 66, 100, "url(#v2)"),
        ellipse(705, 366, 44, 74, "#7d4a20", 'opacity=".35"'),
        "</g>",
    )


def bag(d: Drawing) -> None:
    d.stage(("#d9e0e6", "#a9b7c4"), ("#cfc6ba", "#9f9384"))
    d.round_body("v", "#9b5a34", "#5f3014", "#c98656")
    d.add(
        shadow(480, 1000, 330),
        path(
            "M340 520 C340 200 620 200 620 520",
            extra=f'stroke="{d.thing("#6d3a1a")}" stroke-width="26"',
        ),
        path(
            "M200 500 H760 L800 960 C802 990 780 1004 750 1004 H210 C180 1004 158 990 160 960Z",
            "url(#v)",
        ),
        path(
            "M196 500 H764 L772 640 C640 760 320 760 188 640Z", d.thing("#7c4520"), 'opacity=".75"'
        ),
        '<circle cx="480" cy="718" r="24" fill="#e2c27a"/>',
        path(
            "M176 690 L168 950 C168 980 186 988 210 988 H750 C776 988 792 980 792 950 L784 690",
            extra='stroke="#e9c9a4" stroke-width="4" stroke-dasharray="16 12" opacity=".7"',
        ),
    )


def lamp(d: Drawing) -> None:
    d.stage(("#e4ddd2", "#bfb2a0"), ("#8f6d4f", "#5f4430"))
    d.round_body("v", "#3f5a54", "#22332f", "#6d8a83")
    d.define(
        glow("light", [(0, "#fff1c9", 0.95), (0.6, "#ffd890", 0.4), (1, "#ffd890", 0)]),
        gradient("shade", [(0, "#fff8e6"), (1, "#f3d6a0")]),
    )
    d.add(
        '<circle cx="480" cy="470" r="430" fill="url(#light)" opacity=".7"/>',
        shadow(480, 1000, 220),
        path(
            "M440 600 C440 700 330 760 340 880 C346 960 400 1000 480 1000 C560 1000 614 960 620 880 C630 760 520 700 520 600Z",
            "url(#v)",
        ),
        rect(468, 540, 24, 80, "#b99357"),
        path("M360 250 H600 L720 580 C560 612 400 612 240 580Z", "url(#shade)"),
        path("M240 580 C400 612 560 612 720 580", extra='stroke="#caa46a" stroke-width="8"'),
        path("M360 250 H600", extra='stroke="#caa46a" stroke-width="8"'),
    )


def plant(d: Drawing) -> None:
    d.stage(("#dfe8e2", "#b4c6bb"), ("#d8c3a5", "#a98e69"))
    d.round_body("v", "#d7b49a", "#9c7358", "#f0d8c4")
    d.add(shadow(480, 1000, 250))
    for turn, length, green in (
        (-58, 430, "#3f6b4a"),
        (-34, 560, "#568a5c"),
        (-12, 640, "#3f7a52"),
        (10, 620, "#6a9c66"),
        (33, 560, "#4c8056"),
        (57, 440, "#3a6145"),
    ):
        tip = 760 - length
        d.add(
            f'<g transform="rotate({turn} 480 760)">',
            path(
                f"M480 760 C{400} {tip + 260} {420} {tip + 90} 480 {tip} C540 {tip + 90} 560 {tip + 260} 480 760Z",
                green,
            ),
            path(f"M480 760 V{tip + 30}", extra='stroke="#fff" stroke-width="4" opacity=".22"'),
            "</g>",
        )
    d.add(
        path(
            "M300 720 H660 L624 970 C620 994 600 1004 576 1004 H384 C360 1004 340 994 336 970Z",
            "url(#v)",
        ),
        rect(284, 690, 392, 62, "url(#v)", 'rx="16"'),
    )


def teapot(d: Drawing) -> None:
    d.stage(("#e8dfe6", "#c6b3c3"), ("#cbb7a0", "#97806a"))
    d.round_body("v", "#4a6d8c", "#2a4259", "#7ea0bd")
    steel = d.thing("#35546f")
    d.add(
        shadow(480, 1000, 320),
        path("M250 640 C120 600 120 860 300 890", extra=f'stroke="{steel}" stroke-width="40"'),
        path("M650 800 C760 800 760 640 850 590 L880 640 C810 720 800 890 660 900Z", "url(#v)"),
        path(
            "M480 500 C700 500 740 720 700 870 C676 970 600 1004 480 1004 C360 1004 284 970 260 870 C220 720 260 500 480 500Z",
            "url(#v)",
        ),
        ellipse(480, 540, 170, 34, steel),
        path("M318 536 C330 460 630 460 642 536 C560 566 400 566 318 536Z", "url(#v)"),
        f'<circle cx="480" cy="444" r="34" fill="{steel}"/>',
        path(
            "M300 700 C400 740 560 740 660 700",
            extra='stroke="#fff" stroke-width="8" opacity=".35"',
        ),
    )


def headphones(d: Drawing) -> None:
    d.stage(("#dfe2ea", "#b3bac9"), ("#c9ccd4", "#9298a5"))
    d.round_body("v", "#2f3440", "#15181f", "#586072")
    d.round_body("cup", "#5a6fd8", "#34449c", "#8fa0f2")
    d.add(
        shadow(480, 1010, 320),
        path(
            "M230 760 C180 240 780 240 730 760",
            extra='stroke="url(#v)" stroke-width="58" stroke-linecap="round"',
        ),
        path(
            "M262 640 C250 330 710 330 698 640",
            extra='stroke="#fff" stroke-width="6" opacity=".18"',
        ),
    )
    for x, turn in ((236, 8), (724, -8)):
        d.add(
            f'<g transform="rotate({turn} {x} 800)">',
            rect(x - 96, 640, 192, 340, "url(#v)", 'rx="92"'),
            rect(x - 66, 676, 132, 268, "url(#cup)", 'rx="66"'),
            rect(x - 30, 720, 18, 180, "#fff", 'rx="9" opacity=".3"'),
            "</g>",
        )


def coffee(d: Drawing) -> None:
    d.stage(("#efe3d3", "#d6bf9f"), ("#7a5238", "#4f3120"))
    d.round_body("v", "#2f4a45", "#182b28", "#4f736c")
    d.add(
        shadow(480, 1000, 270),
        path(
            "M290 360 L670 360 L690 980 C690 996 678 1004 660 1004 H300 C282 1004 270 996 270 980Z",
            "url(#v)",
        ),
        path("M290 360 L306 286 H654 L670 360Z", d.thing("#20383a")),
        rect(286, 352, 388, 12, "#e7c98d"),
        rect(340, 520, 280, 330, "#f5ecdc", 'rx="10"'),
        ellipse(480, 640, 56, 76, d.thing("#7a4a2b"), 'transform="rotate(24 480 640)"'),
        path("M456 580 C500 620 456 660 504 704", extra='stroke="#f5ecdc" stroke-width="9"'),
        rect(390, 756, 180, 12, d.thing("#2f4a45")),
        rect(420, 788, 120, 8, "#a89578"),
    )
    for x, y, turn in ((180, 1010, 20), (230, 1050, -30), (760, 1040, 45), (820, 1000, 10)):
        d.add(ellipse(x, y, 34, 24, "#4a2a17", f'transform="rotate({turn} {x} {y})"'))


def books(d: Drawing) -> None:
    d.stage(("#e9e4dc", "#cabfb0"), ("#b08b66", "#7e5d40"))
    d.add(shadow(480, 1000, 340))
    stack = (
        ("#2f5d62", 900, 620),
        ("#c8553d", 802, 560),
        ("#e0c48c", 716, 600),
        ("#3c3f6b", 622, 500),
    )
    for base, y, width in stack:
        left = 480 - width / 2
        d.add(
            rect(left, y, width, 96, d.thing(base), 'rx="8"'),
            rect(left + width - 60, y + 10, 60, 76, "#f7f0e2", 'rx="4"'),
            rect(left + 40, y + 20, 10, 56, "#fff", 'opacity=".4"'),
            rect(left + 90, y + 42, width * 0.4, 12, "#fff", 'opacity=".55" rx="6"'),
        )
    d.add(
        ellipse(470, 560, 120, 26, "#fffdf6"),
        path(
            "M350 430 L360 548 C366 572 400 584 470 584 C540 584 574 572 580 548 L590 430Z",
            "#fffdf6",
        ),
        ellipse(470, 430, 120, 26, "#6b4630"),
        path("M586 460 C650 456 650 544 578 548", extra='stroke="#efe6d6" stroke-width="22"'),
    )


def perfume(d: Drawing) -> None:
    d.stage(("#efe6de", "#d8c5b4"), ("#d9cec2", "#aa9b8b"))
    d.define(
        gradient(
            "glass",
            [(0, d.thing("#f7d9b0")), (0.5, d.thing("#e3a762")), (1, d.thing("#b8743a"))],
            DIAGONAL,
        ),
        gradient("cap", [(0, "#f3dfae"), (0.5, "#c79a4b"), (1, "#8a652a")], (0, 0, 1, 0)),
    )
    d.add(
        shadow(480, 1000, 260),
        rect(270, 520, 420, 484, "url(#glass)", 'rx="54"'),
        rect(296, 548, 368, 430, "#fff", 'rx="40" opacity=".16"'),
        rect(400, 452, 160, 80, "url(#cap)", 'rx="10"'),
        rect(380, 260, 200, 200, "url(#cap)", 'rx="16"'),
        rect(350, 690, 260, 150, "#fffaf0", 'opacity=".94"'),
        rect(392, 736, 176, 12, "#8a6a3a"),
        rect(424, 774, 112, 8, "#c2a877"),
        path(
            "M310 560 V940",
            extra='stroke="#fff" stroke-width="14" opacity=".5" stroke-linecap="round"',
        ),
    )


def soap(d: Drawing) -> None:
    d.stage(("#e2e9e6", "#bccdc6"), ("#e3d6c2", "#b7a386"))
    d.add(shadow(480, 1000, 330))
    bars = ((880, "#c9d6b8", "#8fa37a"), (770, "#f0cfc2", "#c4917e"), (660, "#efe3c6", "#c3ab79"))
    for index, (y, light, dark) in enumerate(bars):
        d.define(gradient(f"v{index}", [(0, d.thing(light)), (1, d.thing(dark))], (0, 0, 0.3, 1)))
        d.add(
            f'<g transform="rotate({(-3, 4, -5)[index]} 480 {y})">',
            rect(220, y, 520, 118, f"url(#v{index})", 'rx="34"'),
            rect(400, y - 2, 160, 122, "#f8f1e4", 'opacity=".9"'),
            rect(436, y + 50, 88, 10, d.thing(dark)),
            "</g>",
        )
    _branches(d, 560, 660)


PRODUCTS: Mapping[str, Callable[[Drawing], None]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            vase, bowls, mug, basket, textile, candle, board, bag,
            lamp, plant, teapot, headphones, coffee, books, perfume, soap,
        )
    },
)  # fmt: skip


def draw(name: str, *, seed: int = 0) -> str:
    """The SVG of a thing. Seed 0 is as drawn; every other seed turns colours, wall and side of the light."""
    drawing = Drawing(seed=seed)
    PRODUCTS[name](drawing)
    return drawing.svg()
