"""Where an order goes: checked once, then kept with it as it was."""

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
_NO_POSTCODE = frozenset(
    [
        "AE",
        "AG",
        "AO",
        "AW",
        "BF",
        "BI",
        "BJ",
        "BO",
        "BS",
        "BW",
        "BZ",
        "CF",
        "CG",
        "CI",
        "CM",
        "DJ",
        "DM",
        "ER",
        "FJ",
        "GA",
        "GD",
        "GH",
        "GM",
        "GQ",
        "GY",
        "HK",
        "JM",
        "KE",
        "KI",
        "KM",
        "KN",
        "LC",
        "ML",
        "MO",
        "MR",
        "MW",
        "NA",
        "NG",
        "NR",
        "QA",
        "RW",
        "SC",
        "SL",
        "SO",
        "SR",
        "ST",
        "SY",
        "TD",
        "TG",
        "TL",
        "TO",
        "TT",
        "TV",
        "TZ",
        "UG",
        "VU",
        "YE",
        "ZW",
    ]
)
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


_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1]


def country_name(code: str) -> str:
    return dict(countries()).get(code, code)


def checked_address(value: Mapping[str, Any]) -> Address:
    """The address in what was typed (rule); raises BadAddress naming every field at fault."""
    wanted = [field.name for field in fields(Address)]
    typed = {name: " ".join(str(value.get(name) or "").split()) for name in wanted}
    typed["country"] = typed["country"].upper()
    errors = {name: ["Fill this in."] for name in _REQUIRED if not typed[name]}
    too_long = {name for name, text in typed.items() if len(text) > _LENGTH_MAX}
    errors |= {name: [f"At most {_LENGTH_MAX} characters."] for name in too_long}
    if typed["country"] and typed["country"] not in dict(countries()):
        errors["country"] = ["Choose a country."]
    elif not typed["postcode"] and typed["country"] not in _NO_POSTCODE:
        errors["postcode"] = ["Fill this in."]
    if errors:
        raise BadAddress(errors=errors)
    return Address(**typed)


def checked_email(text: str) -> str:
    """A plausible e-mail address (rule); raises BadAddress."""
    email = text.strip()
    if len(email) > 254 or not _EMAIL.match(email):
        raise BadAddress(errors={"email": ["Enter an e-mail address."]})
    return email
