"""Which names an operator may take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.domain.slugs import (
    SlugMalformed,
    SlugReserved,
    checked_slug,
    is_reserved,
    readings,
)


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        ("harbour", "harbour"),
        ("  Harbour ", "harbour"),
        ("riviera-riders", "riviera-riders"),
        ("abc", "abc"),
        ("a" * 40, "a" * 40),
        ("shop24seven", "shop24seven"),
        ("\uff46\uff55ll", "full"),
    ],
)
def test_good_slugs_are_normalised(raw, slug):
    assert checked_slug(raw) == slug


@pytest.mark.parametrize(
    "raw",
    [
        *("", "ab", "a" * 41, "-abc", "abc-", "a_b_c", "a.b.c", "a b c", "abc/def"),
        *(
            "xn--mnchen-3ya",
            "ab--cd",
            "m\u00fcnchen",
            "\u0448\u043e\u043f",
            "shop\x00",
            "shop\n.evil",
            "<b>x",
        ),
    ],
)
def test_malformed_slugs_are_refused(raw):
    with pytest.raises(SlugMalformed) as caught:
        checked_slug(raw)

    assert caught.value.errors["slug"]


@pytest.mark.parametrize(
    "raw", ["www", "admin", "API", "console", "mail12", "paypal", "adm1n", "c0nsole", "ad-min"]
)
def test_reserved_names_and_their_lookalikes_are_refused(raw):
    with pytest.raises(SlugReserved):
        checked_slug(raw)


def test_readings_are_what_hasty_readers_see():
    assert readings("rna1l") == {"rnall", "rnail", "mall", "mail"}


@given(st.text(max_size=60))
def test_whatever_passes_is_a_host_label(raw):
    try:
        slug = checked_slug(raw)
    except (SlugMalformed, SlugReserved):
        return

    assert 3 <= len(slug) <= 40
    assert slug.isascii()
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not is_reserved(slug)
    assert checked_slug(slug) == slug
