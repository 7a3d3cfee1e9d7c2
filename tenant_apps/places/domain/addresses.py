"""Postal addresses: checked once, as the country wants them, then kept as they were."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

from babel import Locale

from shared_apps.kernel.errors import Unprocessable

_LENGTH_MAX = 120
_REQUIRED = ("name", "line1", "city", "country")
# Countries without postal codes in daily use.
_WITHOUT = "AE AG AO AW BF BI BJ BO BS BW BZ CF CG CI CM DJ DM ER FJ GA GD GH GM GQ GY HK JM KE KI \
KM KN KW LC ML MO MR MW NA NG NR QA RW SC SL SO SR ST SY TD TG TL TO TT TV TZ UG VU YE ZW"
_NO_POSTCODE = frozenset(_WITHOUT.split())
# What a postcode looks like where it is the same for everybody; elsewhere anything passes.
_POSTCODES: Mapping[str, str] = {
    **dict.fromkeys(["DE", "EE", "ES", "FI", "FR", "HR", "IT", "MX", "TR"], r"\d{5}"),
    **dict.fromkeys(["AT", "AU", "BE", "CH", "DK", "HU", "LU", "NO", "NZ", "SI", "ZA"], r"\d{4}"),
    **dict.fromkeys(["CN", "IN", "RO", "SG"], r"\d{6}"),
    **dict.fromkeys(["CZ", "GR", "SE", "SK"], r"\d{3} ?\d{2}"),
    "BR": r"\d{5}(-?\d{3})?",
    "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "JP": r"\d{3}-?\d{4}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}-?\d{3}",
    "US": r"\d{5}(-\d{4})?",
}
_REGION_REQUIRED = frozenset({"AU", "BR", "CA", "IN", "US"})
_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}\Z")


class BadAddress(Unprocessable):
    code, title = "bad_address", "This address is not complete"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is ISO 3166 alpha-2."""

    name: str
    line1: str
    city: str
    country: str
    postcode: str = ""
    line2: str = ""
    region: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Address:
        known = {field.name for field in fields(cls)}
        return cls(**{name: str(text) for name, text in value.items() if name in known})

    @property
    def lines(self) -> list[str]:
        """As on a label, without empty lines."""
        town = f"{self.postcode} {self.city}".strip()
        rows = [self.name, self.line1, self.line2, town, self.region, country_name(self.country)]
        return [row for row in rows if row]


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Codes and names of countries for a form, by name (rule)."""
    territories = Locale("en").territories
    found = [(code, name) for code, name in territories.items() if re.fullmatch("[A-Z]{2}", code)]
    return tuple(sorted((pair for pair in found if pair[0] not in _NOT_COUNTRIES), key=_by_name))


@cache
def _names() -> Mapping[str, str]:
    return dict(countries())


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1]


def country_name(code: str) -> str:
    return _names().get(code, code)


def wants_postcode(country: str) -> bool:
    return country not in _NO_POSTCODE


def wants_region(country: str) -> bool:
    """Whether letters there do not arrive without the state or province (rule)."""
    return country in _REGION_REQUIRED


def checked_address(value: Mapping[str, Any]) -> Address:
    """The address in what was typed (rule); raises BadAddress naming every field at fault."""
    wanted = [field.name for field in fields(Address)]
    typed = {name: " ".join(str(value.get(name) or "").split()) for name in wanted}
    typed["country"] = typed["country"].upper()
    typed["postcode"] = typed["postcode"].upper()
    errors = {name: ["Fill this in."] for name in _REQUIRED if not typed[name]}
    too_long = {name for name, text in typed.items() if len(text) > _LENGTH_MAX}
    errors |= {name: [f"At most {_LENGTH_MAX} characters."] for name in too_long}
    if typed["country"]:
        errors |= _errors_there(typed["country"], typed["postcode"], typed["region"])
    if errors:
        raise BadAddress(errors=errors)
    return Address(**typed)


def _errors_there(country: str, postcode: str, region: str) -> dict[str, list[str]]:
    """What that country wants of an address and this one does not have."""
    if country not in _names():
        return {"country": ["Choose a country."]}
    found: dict[str, list[str]] = {}
    if wants_postcode(country):
        if not postcode:
            found["postcode"] = ["Fill this in."]
        elif not re.fullmatch(_POSTCODES.get(country, r".{2,20}"), postcode):
            found["postcode"] = [f"This is not a postcode of {country_name(country)}."]
    if wants_region(country) and not region:
        found["region"] = ["Fill this in."]
    return found


def checked_email(text: str) -> str:
    """A plausible e-mail address (rule); raises BadAddress."""
    email = text.strip()
    if len(email) > 254 or not _EMAIL.match(email):
        raise BadAddress(errors={"email": ["Enter an e-mail address."]})
    return email
