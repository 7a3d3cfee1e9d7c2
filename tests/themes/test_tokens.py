from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from themes.domain.tokens import HEX, InvalidTokens, Tokens, css_hash, css_text, tokens_from


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("brand", "red;}body{display:none"),
        ("brand", ""),
        ("brand", None),
        ("accent", "url(https://x.example)"),
        ("radius", "1px"),
        ("radius", -1),
        ("radius", True),
        ("density", float("nan")),
        ("display_font", "Comic Sans"),
        ("mode", "dim"),
        ("footer", ["soft"]),
        ("boxed_cards", "yes"),
    ],
)
def test_a_token_of_the_wrong_kind_is_named(name, value):
    with pytest.raises(InvalidTokens) as caught:
        Tokens(**{name: value})

    assert list(caught.value.problems) == [name]


@given(st.text())
def test_no_text_gets_into_a_style_sheet_as_a_colour(text):
    if HEX.fullmatch(text):
        return

    with pytest.raises(InvalidTokens):
        Tokens(brand=text)


def test_layers_merge_and_unknown_names_stay_out():
    tokens = tokens_from({"brand": "#AA0000", "radius": 3}, {"radius": 5, "nonsense": "}"})

    assert (tokens.brand, tokens.radius) == ("#aa0000", 5)


def test_auto_mode_carries_both_palettes():
    text = css_text(Tokens(mode="auto"))

    assert "color-scheme:light dark" in text
    assert text.count("--bg:") == 2


def test_the_name_of_a_style_sheet_follows_its_text():
    one, other = css_text(Tokens()), css_text(Tokens(radius=3))

    assert re.fullmatch("[0-9a-f]{16}", css_hash(one))
    assert css_hash(one) == css_hash(css_text(Tokens())) != css_hash(other)


def test_a_style_sheet_of_a_tenant_is_small():
    assert len(css_text(Tokens())) < 2600
