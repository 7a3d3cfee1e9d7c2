"""A tenant's design over time: started from a preset, published, never changed after that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from themes.domain.fonts import FONTS
from themes.domain.icons import ICONS
from themes.domain.packages import preset, theme
from themes.domain.palette import palette, report
from themes.domain.tokens import InvalidTokens, Tokens, css_hash, css_text, tokens_from
from themes.events import DesignPublished
from themes.models import ThemeConfig, ThemeVersion

SECTIONS_MAX = 30


class UnknownVersion(NotFound):
    code, title = "unknown_theme_version", "There is no such version of the design"


class AlreadyPublished(Conflict):
    code, title = "theme_version_published", "This version was published and cannot change any more"


class InvalidDesign(Unprocessable):
    code, title = "invalid_design", "The design has values that cannot be used"


@dataclass(frozen=True, slots=True)
class DesignChoice:
    """How an operator starts: a theme's preset, a name and, if wanted, colours of their own.

    `tokens` and `settings` override single values of the theme and of the preset.
    """

    theme: str
    brand_name: str
    preset: str = "shop-first"
    brand: str = ""
    accent: str = ""
    tagline: str = ""
    icon: str = ""
    logo_url: str = ""
    tokens: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@step
def start_from_preset(*, choice: DesignChoice, acting: Actor, at: datetime) -> UUID:
    """Give a tenant its first look, live at once. Effects: version, publication, audit, event.

    Choosing a brand colour drops the theme's own tint and accent, which were tuned to the theme's colour.
    Raises UnknownTheme, InvalidDesign.
    """
    given = {k: v for k, v in (("brand", choice.brand), ("accent", choice.accent)) if v}
    if choice.brand:
        given = {"tint_from": choice.brand, "accent": choice.brand, **given}
    config = ThemeConfig.objects.select_for_update().filter(id=1).first()
    version = _next_version(
        choice.theme,
        number=_last_number() + 1 if config else 1,
        settings=_settings(choice),
        tokens={**given, **choice.tokens},
        acting=acting,
        at=at,
    )
    _compile_into(version, acting=acting, at=at, note="First design")
    ThemeVersion.objects.bulk_create([version])
    if config is None:
        ThemeConfig.objects.bulk_create([ThemeConfig(id=1, published=version, revision=1)])
    else:
        _point_at(config, version)
    _announce(version, acting=acting, at=at)
    return version.id


@operation
def publish_version(*, version_id: UUID, acting: Actor, at: datetime, note: str = "") -> None:
    """Make a draft the design that everybody sees; the former one stays as it was, for a way back.

    Effects: version, pointer and revision, audit, event. Raises UnknownVersion, AlreadyPublished, InvalidDesign.
    """
    version = ThemeVersion.objects.select_for_update().filter(id=version_id).first()
    if version is None:
        raise UnknownVersion
    if version.published_at is not None:
        raise AlreadyPublished
    go_live(version, acting=acting, at=at, note=note)


def _settings(choice: DesignChoice) -> dict[str, Any]:
    own = {
        "brand_name": choice.brand_name,
        "tagline": choice.tagline,
        "icon": choice.icon if choice.icon in ICONS else "",
        "logo_url": choice.logo_url,
    }
    start = preset(choice.theme, choice.preset)
    return {**start, **choice.settings, **{k: v for k, v in own.items() if v}}


@step
def draft_version(
    theme_name: str,
    *,
    settings: Mapping[str, Any],
    tokens: Mapping[str, Any],
    acting: Actor,
    at: datetime,
) -> ThemeVersion:
    """A new version under the next number, not live yet."""
    ThemeConfig.objects.get_or_create(id=1)
    ThemeConfig.objects.select_for_update().get(id=1)
    version = _next_version(
        theme_name,
        number=_last_number() + 1,
        settings=settings,
        tokens=tokens,
        acting=acting,
        at=at,
    )
    ThemeVersion.objects.bulk_create([version])
    return version


def _last_number() -> int:
    last = ThemeVersion.objects.order_by("-number").values_list("number", flat=True).first()
    return last or 0


def _next_version(
    theme_name: str,
    *,
    number: int,
    settings: Mapping[str, Any],
    tokens: Mapping[str, Any],
    acting: Actor,
    at: datetime,
) -> ThemeVersion:
    return ThemeVersion(
        number=number,
        theme=theme_name,
        settings=dict(settings),
        tokens=dict(tokens),
        created_by=f"{acting.kind}:{acting.id}",
        created_at=at,
    )


@dataclass(frozen=True, slots=True)
class CompiledDesign:
    """What a version's settings and tokens come to."""

    css_text: str
    css_hash: str
    data: Mapping[str, Any]
    readings: list[list[Any]]


def compile_design(theme_name: str, tokens: Mapping[str, Any]) -> CompiledDesign:
    """Rule: the style sheet, what pages need besides it, and the contrast of every declared pair.

    Raises UnknownTheme, InvalidDesign. Each process remembers the last ones: most tenants start alike.
    """
    return _compiled(theme_name, json.dumps(tokens, sort_keys=True))


@lru_cache(maxsize=64)
def _compiled(theme_name: str, tokens_json: str) -> CompiledDesign:
    base = theme(theme_name)
    try:
        merged = tokens_from(base.tokens, json.loads(tokens_json))
    except (InvalidTokens, TypeError) as error:
        problems = getattr(error, "problems", {"tokens": str(error)})
        raise InvalidDesign(errors={name: [text] for name, text in problems.items()}) from error
    text = css_text(merged)
    return CompiledDesign(text, css_hash(text), _page_data(base.chain, merged), _readings(merged))


def _page_data(chain: tuple[str, ...], tokens: Tokens) -> dict[str, Any]:
    colours = palette(tokens.seeds, mode=tokens.modes[0])
    return {
        "chain": list(chain),
        "background": colours["bg"],
        "brand": colours["brand"],
        "on_brand": colours["on-brand"],
        "fonts": sorted({FONTS[tokens.display_font].file, FONTS[tokens.body_font].file}),
        "boxed": tokens.boxed_cards,
    }


def _readings(tokens: Tokens) -> list[list[Any]]:
    return [
        [mode, r.foreground, r.background, r.ratio, r.target, r.passes]
        for mode in tokens.modes
        for r in report(palette(tokens.seeds, mode=mode))
    ]


@step
def go_live(version: ThemeVersion, *, acting: Actor, at: datetime, note: str) -> None:
    """Compile a draft and make it what everybody sees. Effects as publish_version."""
    _compile_into(version, acting=acting, at=at, note=note)
    config = ThemeConfig.objects.select_for_update().get(id=1)
    version.save()
    _point_at(config, version)
    _announce(version, acting=acting, at=at)


def _compile_into(version: ThemeVersion, *, acting: Actor, at: datetime, note: str) -> None:
    compiled = compile_design(version.theme, version.tokens)
    if len(version.settings.get("home", [])) > SECTIONS_MAX:
        raise InvalidDesign(errors={"home": [f"A page holds at most {SECTIONS_MAX} sections"]})
    version.css_text, version.css_hash = compiled.css_text, compiled.css_hash
    version.compiled, version.palette_report = dict(compiled.data), compiled.readings
    version.note, version.published_at = note, at
    version.published_by = f"{acting.kind}:{acting.id}"


def _point_at(config: ThemeConfig, version: ThemeVersion) -> None:
    config.published, config.revision = version, config.revision + 1
    config.save()


def _announce(version: ThemeVersion, *, acting: Actor, at: datetime) -> None:
    subject = Ref("themes.version", str(version.id))
    record(
        "themes.design.publish",
        subject=subject,
        acting=acting,
        at=at,
        changes={"number": version.number},
    )
    publish(
        DesignPublished(str(version.id), version.number, version.css_hash),
        acting=acting,
        subject=subject,
    )
