"""Questions about a tenant's look."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shared_apps.kernel.compiled import Compiled
from shared_apps.kernel.context import TenantContext, current_scope
from shared_apps.kernel.pages import Page, page_of
from themes.models import ThemeConfig, ThemeVersion

REMEMBERED_DESIGNS = 512
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class LinkGroup:
    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One section of a page as the operator arranged it."""

    key: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Design:
    """Everything a page needs to know about a tenant's look. `chain` is the theme and its parents, own first."""

    brand_name: str
    tagline: str = ""
    icon: str = "store"
    logo_url: str = ""
    chain: tuple[str, ...] = ("base",)
    css_url: str = ""
    css_text: str = ""
    revision: int = 0
    background: str = "#ffffff"
    brand_colour: str = "#3a4a8c"
    on_brand_colour: str = "#ffffff"
    fonts: tuple[str, ...] = ()
    boxed: bool = False
    announcement: str = ""
    nav: tuple[Link, ...] = ()
    footer: tuple[LinkGroup, ...] = ()
    sections: tuple[SectionSpec, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


PLATFORM_DESIGN = Design(brand_name="Galleria", icon="store", brand_colour="#4b2ee8")


class _Remembered:
    """The design of one request, filled on first use, so that API calls pay nothing for it."""

    __slots__ = ("design", "schema")

    def __init__(self) -> None:
        self.schema = ""
        self.design: Design | None = None


_request: ContextVar[_Remembered | None] = ContextVar("galleria_design", default=None)
_designs: OrderedDict[tuple[str, UUID], Design] = OrderedDict()


@contextmanager
def design_remembered() -> Iterator[None]:
    """Ask for the tenant's design at most once inside the block."""
    token = _request.set(_Remembered())
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def design_previewed(design: Design) -> Iterator[None]:
    """Render with another design inside the block."""
    remembered = _Remembered()
    scope = current_scope()
    remembered.schema, remembered.design = scope.schema if scope else "", design
    token = _request.set(remembered)
    try:
        yield
    finally:
        _request.reset(token)


_LIVE = Compiled(lambda: ThemeConfig.objects.only("published_id", "revision").order_by("pk")[:1])


def active_design() -> Design:
    """The published design of the bound tenant, or the platform's own look when none is bound.

    Costs one query a request, two when the process sees this version for the first time.
    """
    scope = current_scope()
    remembered = _request.get()
    if remembered and remembered.design and remembered.schema == (scope.schema if scope else ""):
        return remembered.design
    if not isinstance(scope, TenantContext):
        return PLATFORM_DESIGN
    design = _published(scope)
    if remembered is not None:
        remembered.schema, remembered.design = scope.schema, design
    return design


def active_chain() -> tuple[str, ...]:
    """The theme of this moment and its parents, own first; the platform renders with `base` alone."""
    return active_design().chain


def _published(tenant: TenantContext) -> Design:
    live = next(iter(_LIVE()), None)
    if live is None or live.published_id is None:
        return Design(brand_name=tenant.name)
    version_id, revision = live.published_id, live.revision
    key = (tenant.schema, version_id)  # a published version never changes
    design = _designs.get(key)
    if design is None:
        version = ThemeVersion.objects.get(id=version_id)
        design = _designs[key] = design_of(version, revision=revision)
        while len(_designs) > REMEMBERED_DESIGNS:
            _designs.popitem(last=False)
    return design


def design_of(version: ThemeVersion, *, revision: int = 0) -> Design:
    """Read a version's compiled settings as a Design."""
    data = version.settings
    compiled = version.compiled
    return Design(
        brand_name=data["brand_name"],
        tagline=data.get("tagline", ""),
        icon=data.get("icon", "store"),
        logo_url=data.get("logo_url", ""),
        chain=tuple(compiled["chain"]),
        css_url=f"/t/{version.css_hash}.css",
        css_text=version.css_text,
        revision=revision,
        background=compiled["background"],
        brand_colour=compiled["brand"],
        on_brand_colour=compiled["on_brand"],
        fonts=tuple(compiled["fonts"]),
        boxed=compiled["boxed"],
        announcement=data.get("announcement", ""),
        nav=_links(data.get("nav", [])),
        footer=tuple(LinkGroup(g["title"], _links(g["links"])) for g in data.get("footer", [])),
        sections=tuple(
            SectionSpec(s["key"], s["type"], s.get("settings", {}))
            for s in data.get("home", [])
            if not s.get("hidden")
        ),
        texts=data.get("texts", {}),
    )


def _links(rows: list[Mapping[str, str]]) -> tuple[Link, ...]:
    return tuple(Link(row["label"], row["url"]) for row in rows)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One pair of the palette as it was measured when the design went live."""

    mode: str
    foreground: str
    background: str
    ratio: float
    target: float
    passes: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list of designs."""

    id: UUID
    number: int
    theme: str
    note: str
    brand: str
    published_by: str
    published_at: datetime | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class BrandState:
    """What the operator chose last, for the form; `contrast` is empty before the first design."""

    theme: str = "hearth"
    brand_name: str = ""
    tagline: str = ""
    announcement: str = ""
    icon: str = "store"
    brand: str = ""
    accent: str = ""
    revision: int = 0
    contrast: tuple[Contrast, ...] = ()


def brand_state() -> BrandState:
    """The live design as the operator chose it. One query."""
    config = ThemeConfig.objects.select_related("published").first()
    version = config.published if config else None
    if config is None or version is None:
        return BrandState()
    settings, tokens = version.settings, version.tokens
    return BrandState(
        theme=version.theme,
        brand_name=settings.get("brand_name", ""),
        tagline=settings.get("tagline", ""),
        announcement=settings.get("announcement", ""),
        icon=settings.get("icon", "store"),
        brand=tokens.get("brand", ""),
        accent=tokens.get("accent", "") if tokens.get("accent") != tokens.get("brand") else "",
        revision=config.revision,
        contrast=tuple(Contrast(*reading) for reading in version.palette_report),
    )


def version_history(*, cursor: str = "", limit: int = 10) -> Page[VersionRow]:
    """The designs that were live, newest first. Two queries."""
    live = ThemeConfig.objects.values_list("published_id", flat=True).first()
    rows = ThemeVersion.objects.filter(published_at__isnull=False).defer("css_text", "settings")
    page = page_of(rows, cursor=cursor, limit=limit, order=("-number",))
    return Page(
        [
            VersionRow(
                id=row.id,
                number=row.number,
                theme=row.theme,
                note=row.note,
                brand=row.compiled.get("brand", ""),
                published_by=row.published_by,
                published_at=row.published_at,
                is_live=row.id == live,
            )
            for row in page.items
        ],
        page.next_cursor,
        page.prev_cursor,
    )


def css_of(css_hash: str) -> str | None:
    """The style sheet of that hash, if one of this tenant's versions ever was published with it."""
    return (
        ThemeVersion.objects.filter(css_hash=css_hash, published_at__isnull=False)
        .values_list("css_text", flat=True)
        .first()
    )
