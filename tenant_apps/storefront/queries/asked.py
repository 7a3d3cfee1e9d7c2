"""What a list is asked for, read from its address, and the addresses that ask for something else (rules)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from urllib.parse import quote_plus, urlencode

from shared_apps.kernel.money import Money
from tenant_apps.discovery.queries import SearchQuery

PAGE_SIZE = 24
GROUPS_MAX, VALUES_MAX = 12, 30
SORTS = ("relevance", "newest", "popular", "price", "-price", "rating")
# Names of ours, and what newsletters and advertisements hang on to links.
_OURS = ("q", "sort", "cursor", "min", "max", "sale", "preview", "variant")
_OF_THE_API = ("page", "limit", "fields", "expand", "price-min", "price-max")
_OF_LINKS = ("ref", "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid")
_NOT_FACETS = frozenset((*_OURS, *_OF_THE_API, *_OF_LINKS))
_GROUP = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_NO_FACETS: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Asked:
    """The text, filters and order of a list. `low` and `high` are whole amounts as typed."""

    text: str = ""
    facets: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NO_FACETS)
    low: str = ""
    high: str = ""
    sale: bool = False
    sort: str = ""
    cursor: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.facets or self.low or self.high or self.sale)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of this list, always in the same order, without the place in it."""
        plain = [("q", self.text), ("min", self.low), ("max", self.high)]
        plain += [("sale", "1" if self.sale else ""), ("sort", self.sort)]
        chosen = [
            (group, value) for group in sorted(self.facets) for value in sorted(self.facets[group])
        ]
        return [pair for pair in plain if pair[1]] + chosen

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """This list and the place in it, to compare by."""
        return (*self.pairs(), ("cursor", self.cursor))

    def query(self) -> str:
        return urlencode(self.pairs())

    def url(self) -> str:
        """The address of this list's first page, relative to the page it stands on."""
        return f"?{self.query()}"

    def toggled(self, group: str, value: str) -> Asked:
        """The same list with one filter more, or less."""
        values = self.facets.get(group, frozenset()) ^ {value}
        facets = {**self.facets, group: values}
        return replace(self, facets={k: v for k, v in facets.items() if v}, cursor="")

    def toggling(self) -> Callable[[str, str], str]:
        """What writes `toggled(group, value).url()` for many values: only the changed part is written anew."""
        plain = urlencode([pair for pair in self.pairs() if pair[0] not in self.facets])
        chosen = {group: self._written(group, values) for group, values in self.facets.items()}

        def url(group: str, value: str) -> str:
            values = self.facets.get(group, frozenset()) ^ {value}
            parts = {**chosen, group: self._written(group, values)}
            written = (plain, *(parts[each] for each in sorted(parts)))
            return f"?{'&'.join(filter(None, written))}"

        return url

    @staticmethod
    def _written(group: str, values: Iterable[str]) -> str:
        return "&".join(f"{group}={quote_plus(value)}" for value in sorted(values))

    def cleared(self) -> Asked:
        return Asked(text=self.text, sort=self.sort)

    def search_query(self, currency: str) -> SearchQuery:
        return SearchQuery(
            text=self.text,
            facets=self.facets,
            price_min=amount(self.low, currency),
            price_max=amount(self.high, currency),
            sort=self.sort,
            cursor=self.cursor,
            limit=PAGE_SIZE,
        )


def read(parameters: Iterable[tuple[str, Sequence[str]]]) -> Asked:
    """What an address asks for; what makes no sense is left out, never an error."""
    given = dict(parameters)
    facets: dict[str, frozenset[str]] = {}
    for group, values in given.items():
        if group in _NOT_FACETS or group.startswith("utm_") or not _GROUP.fullmatch(group):
            continue
        chosen = frozenset(value[:200] for value in values if value.strip("\x00 "))
        if chosen and len(facets) < GROUPS_MAX:
            facets[group] = frozenset(sorted(chosen)[:VALUES_MAX])
    sort = _last(given, "sort")
    return Asked(
        text=_last(given, "q")[:200],
        facets=facets,
        low=_whole(_last(given, "min")),
        high=_whole(_last(given, "max")),
        sale=_last(given, "sale") == "1",
        sort=sort if sort in SORTS else "",
        cursor=_last(given, "cursor"),
    )


def amount(text: str, currency: str) -> Money | None:
    return Money.parse(text, currency) if text else None


def _last(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = given.get(name) or ("",)
    return " ".join(values[-1].replace("\x00", " ").split())


def _whole(text: str) -> str:
    """A typed amount as a plain whole number; "" when it is none."""
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return ""
    return str(int(value)) if value.is_finite() and 0 < value < 10**9 else ""
