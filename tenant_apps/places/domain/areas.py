"""Sets of places in words: "DE", "US-CA", "GB BT*", "DE 80000-81929", "*" for everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared_apps.kernel.errors import Unprocessable
from tenant_apps.places.domain.addresses import Address, country_name

ANYWHERE = "*"
AREAS_MAX = 400
NOWHERE = -1
_SHAPE = re.compile(r"([A-Z]{2})(?:-([^\s-][^\s]*))?(?:\s+(.+))?\Z")
_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})\Z")
_PATTERN = re.compile(r"[A-Z0-9]{1,12}\*?\Z")
# People write the name where the code is meant; these two countries' rates differ by it.
_REGIONS: Mapping[str, Mapping[str, str]] = {
    "US": {
        "california": "ca", "texas": "tx", "florida": "fl", "new york": "ny", "washington": "wa",
        "illinois": "il", "oregon": "or", "massachusetts": "ma", "pennsylvania": "pa",
        "ohio": "oh", "georgia": "ga", "colorado": "co", "arizona": "az", "nevada": "nv",
        "michigan": "mi", "new jersey": "nj", "virginia": "va", "north carolina": "nc",
        "hawaii": "hi", "alaska": "ak", "minnesota": "mn", "wisconsin": "wi", "utah": "ut",
    },
    "CA": {
        "ontario": "on", "quebec": "qc", "québec": "qc", "british columbia": "bc",
        "alberta": "ab", "manitoba": "mb", "saskatchewan": "sk", "nova scotia": "ns",
        "new brunswick": "nb", "newfoundland and labrador": "nl", "prince edward island": "pe",
    },
}  # fmt: skip


class BadArea(Unprocessable):
    code, title = "bad_area", "This does not name a place"


@dataclass(frozen=True, slots=True)
class Area:
    """One place: a country, perhaps a region of it or postcodes in it; all empty is anywhere."""

    country: str = ""
    region: str = ""
    postcodes: str = ""


def area_of(text: str) -> Area:
    """Read one area (rule); raises BadArea."""
    said = " ".join(text.upper().split())
    if said == ANYWHERE:
        return Area()
    found = _SHAPE.match(said)
    if found is None or country_name(found[1]) == found[1]:
        raise BadArea(text)
    postcodes = (found[3] or "").replace(" ", "")
    if postcodes and not (_RANGE.match(postcodes) or _PATTERN.match(postcodes)):
        raise BadArea(text)
    return Area(found[1], found[2] or "", postcodes)


def checked_areas(lines: Iterable[str]) -> list[str]:
    """The areas in lines of text, each once and tidied (rule); raises BadArea for any other."""
    said = dict.fromkeys(" ".join(line.upper().split()) for line in lines)
    wanted = [line for line in said if line]
    if not wanted or len(wanted) > AREAS_MAX:
        raise BadArea("Name at least one place.", errors={"areas": ["Name at least one place."]})
    try:
        for line in wanted:
            area_of(line)
    except BadArea as error:
        raise BadArea(error.detail, errors={"areas": [f"No such place: {error.detail}"]}) from error
    return wanted


def fit(areas: Iterable[str], address: Address) -> int:
    """How closely the areas describe where an address is (rule): NOWHERE, or 0 for anywhere,
    more for the country, its region, its postcodes.
    """
    return max((_fit_one(area_of(text), address) for text in areas), default=NOWHERE)


def _fit_one(area: Area, address: Address) -> int:
    if not area.country:
        return 0
    if area.country != address.country:
        return NOWHERE
    if area.region and _region_code(area.region, address) != _region_code(address.region, address):
        return NOWHERE
    if area.postcodes and not _has_postcode(area.postcodes, address.postcode):
        return NOWHERE
    return 1 + (1 if area.region else 0) + (2 if area.postcodes else 0)


def _region_code(region: str, address: Address) -> str:
    said = region.casefold().removeprefix(f"{address.country.casefold()}-").replace("_", " ")
    return _REGIONS.get(address.country, {}).get(said, said)


def _has_postcode(pattern: str, postcode: str) -> bool:
    said = postcode.upper().replace(" ", "")
    between = _RANGE.match(pattern)
    if between is not None:
        digits = re.sub(r"\D", "", said)
        return bool(digits) and int(between[1]) <= int(digits) <= int(between[2])
    if pattern.endswith("*"):
        return said.startswith(pattern[:-1])
    return said == pattern
