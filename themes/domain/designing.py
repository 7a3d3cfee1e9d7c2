"""What an operator changes of the look: every change is a new version, live at once, with a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotAllowed
from shared_apps.kernel.transactions import operation
from themes.domain.packages import preset
from themes.domain.versions import UnknownVersion, draft_version, go_live
from themes.models import ThemeConfig, ThemeVersion

FROM_THE_THEME = ("home",)


class NotDesigned(Conflict):
    code, title = "not_designed", "This marketplace has no design yet"


@dataclass(frozen=True, slots=True)
class BrandChange:
    """The brand as the operator wants it; an empty colour is the theme's own."""

    theme: str
    brand_name: str
    tagline: str = ""
    announcement: str = ""
    icon: str = ""
    brand: str = ""
    accent: str = ""


@operation
def change_brand(*, change: BrandChange, acting: Actor, at: datetime, note: str = "") -> UUID:
    """Publish a design with this brand; another theme brings its own home page.

    Effects: version, pointer and revision, audit, event. Raises NotAllowed, UnknownTheme, InvalidDesign.
    """
    _require_operator(acting)
    live = _live()
    settings = dict(live.settings if live else preset(change.theme, "shop-first"))
    if live is None or live.theme != change.theme:
        fresh = preset(change.theme, "shop-first")
        settings |= {name: fresh[name] for name in FROM_THE_THEME if name in fresh}
    settings |= {
        "brand_name": change.brand_name,
        "tagline": change.tagline,
        "announcement": change.announcement,
        "icon": change.icon or settings.get("icon", "store"),
    }
    version = draft_version(
        change.theme,
        settings=settings,
        tokens=_tokens(live, change),
        acting=acting,
        at=at,
    )
    go_live(version, acting=acting, at=at, note=note)
    return version.id


@operation
def roll_back(*, version_id: UUID, acting: Actor, at: datetime) -> UUID:
    """Bring a former design back, as a new version that says the same.

    Effects: version, pointer and revision, audit, event. Raises NotAllowed, UnknownVersion.
    """
    _require_operator(acting)
    former = ThemeVersion.objects.filter(id=version_id, published_at__isnull=False).first()
    if former is None:
        raise UnknownVersion
    version = draft_version(
        former.theme, settings=former.settings, tokens=former.tokens, acting=acting, at=at
    )
    go_live(version, acting=acting, at=at, note=f"Back to version {former.number}")
    return version.id


def _tokens(live: ThemeVersion | None, change: BrandChange) -> dict[str, Any]:
    """The tokens of the present design with the wanted colours; a new theme starts afresh (rule)."""
    kept: Mapping[str, Any] = live.tokens if live and live.theme == change.theme else {}
    colours = {"brand", "accent", "tint_from"}
    tokens = {name: value for name, value in kept.items() if name not in colours}
    if change.brand:
        # The theme's tint and accent were tuned to its own colour.
        tokens |= {"brand": change.brand, "tint_from": change.brand, "accent": change.brand}
    if change.accent:
        tokens["accent"] = change.accent
    return tokens


def _live() -> ThemeVersion | None:
    config = ThemeConfig.objects.select_related("published").first()
    return config.published if config else None


def _require_operator(acting: Actor) -> None:
    if acting.kind != "system" and not acting.roles & {"operator", "staff"}:
        raise NotAllowed("Only the operator of this marketplace changes its look")
