from __future__ import annotations

import pytest

from tenant_apps.places.domain.addresses import Address, BadAddress, checked_address
from tenant_apps.places.domain.areas import NOWHERE, BadArea, checked_areas, fit


def at(country, region="", postcode=""):
    return Address(name="N", line1="1", city="C", country=country, region=region, postcode=postcode)


@pytest.mark.parametrize(
    ("areas", "address", "closeness"),
    [
        (["*"], at("FR"), 0),
        (["DE"], at("DE"), 1),
        (["DE"], at("FR"), NOWHERE),
        (["US-CA"], at("US", "California"), 2),
        (["US-CA"], at("US", "ca"), 2),
        (["US-CA"], at("US", "US-CA"), 2),
        (["US-CA"], at("US", "Nevada"), NOWHERE),
        (["US-CA"], at("CA", "ca"), NOWHERE),
        (["GB BT*"], at("GB", postcode="bt1 5gs"), 3),
        (["GB BT*"], at("GB", postcode="SW1A 1AA"), NOWHERE),
        (["DE 80000-81929"], at("DE", postcode="81000"), 3),
        (["DE 80000-81929"], at("DE", postcode="81930"), NOWHERE),
        (["DE 80000-81929"], at("DE"), NOWHERE),
        (["ES 35*", "ES 38*", "ES"], at("ES", postcode="38001"), 3),
        (["*", "US", "US-NY 100*"], at("US", "New York", "10001"), 4),
        ([], at("US"), NOWHERE),
    ],
)
def test_how_closely_areas_describe_an_address(areas, address, closeness):
    assert fit(areas, address) == closeness


@pytest.mark.parametrize("text", ["Germany", "XX", "DE 8x*9", "DE-", "DE 10-", "**", "D E"])
def test_what_names_no_place_is_refused(text):
    with pytest.raises(BadArea) as refused:
        checked_areas(["DE", text])
    assert "areas" in refused.value.errors


def test_areas_are_tidied_and_kept_once():
    assert checked_areas([" de ", "DE", "", "gb  bt*"]) == ["DE", "GB BT*"]
    with pytest.raises(BadArea):
        checked_areas(["", " "])


@pytest.mark.parametrize(
    ("country", "postcode", "region", "wrong"),
    [
        ("DE", "10115", "", set()),
        ("DE", "1011", "", {"postcode"}),
        ("GB", "sw1a 1aa", "", set()),
        ("US", "94105", "", {"region"}),
        ("US", "94105-1234", "CA", set()),
        ("HK", "", "", set()),
        ("FR", "", "", {"postcode"}),
        ("QQ", "1", "", {"country"}),
    ],
)
def test_addresses_as_their_country_wants_them(country, postcode, region, wrong):
    typed = {
        "name": "N",
        "line1": "1",
        "city": "C",
        "country": country,
        "postcode": postcode,
        "region": region,
    }
    assert wrong_of(typed) == wrong


def wrong_of(typed):
    try:
        checked_address(typed)
    except BadAddress as error:
        return set(error.errors)
    return set()


def test_an_address_is_tidied():
    typed = {"name": " N  B ", "line1": "1", "city": "C", "country": "gb", "postcode": "sw1a 1aa"}
    found = checked_address(typed)

    assert (found.name, found.country, found.postcode) == ("N B", "GB", "SW1A 1AA")
