from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from themes.domain.looks import LOOKS
from themes.domain.packages import offered_themes
from themes.domain.palette import PAIRS, Seeds, colour, contrast, oklch, palette, report
from themes.domain.tokens import tokens_from

colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
modes = st.sampled_from(["light", "dark"])
NASTY = (
    "#ffffff",
    "#000000",
    "#ffff00",
    "#00ff00",
    "#0000ff",
    "#808080",
    "#777777",
    "#ff0000",
    "#ffe94a",
    "#c6f432",
)


@settings(max_examples=150, deadline=None)
@given(brand=colours, accent=colours, tint=st.floats(0, 0.03), white=st.booleans(), mode=modes)
def test_no_declared_pair_fails_whatever_the_brand(brand, accent, tint, white, mode):
    seeds = Seeds(brand, accent, tint, prefer_white_text=white)

    failing = [reading for reading in report(palette(seeds, mode=mode)) if not reading.passes]

    assert failing == []


def test_no_declared_pair_fails_for_the_nastiest_brands():
    failing = [
        (brand, mode, reading)
        for brand in NASTY
        for mode in ("light", "dark")
        for reading in report(palette(Seeds(brand), mode=mode))
        if not reading.passes
    ]

    assert failing == []


def test_no_declared_pair_fails_in_what_we_ship():
    looks = [*LOOKS.values(), *(tokens_from(theme.tokens) for theme in offered_themes())]

    failing = [
        reading
        for look in looks
        for mode in ("light", "dark")
        for reading in report(palette(look.seeds, mode=mode))
        if not reading.passes
    ]

    assert failing == []


def test_the_brand_fill_stays_the_operators_exact_colour():
    assert palette(Seeds("#ffe94a"), mode="light")["brand"] == "#ffe94a"


def test_white_text_on_request_darkens_the_fill_until_it_passes():
    colours = palette(Seeds("#ffe94a", prefer_white_text=True), mode="light")

    assert contrast("#ffffff", colours["brand"]) >= 4.5


def test_a_palette_is_the_same_every_time_and_the_callers_own():
    first = palette(Seeds("#b4532f"), mode="light")
    first["bg"] = "#123456"

    assert palette(Seeds("#b4532f"), mode="light")["bg"] != "#123456"


@given(colours)
def test_a_colour_survives_the_way_through_oklch(given_colour):
    back = colour(*oklch(given_colour))

    assert contrast(given_colour, back) < 1.02


def test_every_pair_names_colours_of_the_palette():
    known = set(palette(Seeds("#b4532f"), mode="light"))

    assert {name for pair in PAIRS for name in pair[:2]} <= known
