"""What addresses ask for; no database."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.storefront.queries.asked import Asked, read


def asked(query):
    return read(QueryDict(query).lists())


def test_filters_are_read_and_written_back():
    found = asked("q=Vase&colour=red&colour=blue&size=m&min=10&sort=price")

    assert found.facets == {"colour": {"red", "blue"}, "size": {"m"}}
    assert found.query() == "q=Vase&min=10&sort=price&colour=blue&colour=red&size=m"


def test_a_filter_is_switched_on_and_off_and_leads_to_the_first_page():
    found = asked("colour=red&cursor=abc")

    assert found.toggled("colour", "blue").url() == "?colour=blue&colour=red"
    assert found.toggled("colour", "red").url() == "?"


@pytest.mark.parametrize(
    "query", ["utm_source=mail", "fbclid=x", "variant=var_1", "_x=1", "A=1", "colour="]
)
def test_what_is_no_filter_of_ours_does_not_empty_the_list(query):
    assert not asked(query).is_filtered


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("10", "10"), ("10,50", "10"), ("-3", ""), ("NaN", ""), ("1e40", ""), ("ten", ""), ("٣", "3")],
)
def test_amounts_as_people_type_them(typed, kept):
    assert asked(f"min={typed}").low == kept


@given(st.text(max_size=80))
def test_nothing_in_an_address_is_an_error(text):
    found = asked(text)

    assert asked(found.query()).pairs() == found.pairs()


@pytest.mark.parametrize(("group", "value"), [("color", "red"), ("size", "a b&c"), ("brand", "ü")])
def test_toggling_many_writes_the_addresses_of_toggling_one(group, value):
    asked = Asked(
        text="oak bowl",
        facets={"color": frozenset({"red"}), "size": frozenset({"m", "s"})},
        high="90",
        sort="price",
        cursor="x",
    )
    assert asked.toggling()(group, value) == asked.toggled(group, value).url()
