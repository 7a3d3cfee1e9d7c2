"""The pictures that come with the platform, so that a storefront looks alive in its first second."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.templatetags.static import static

from themes.domain.pictures import Picture

EXTENSIONS = {"avif": "avif", "webp": "webp", "jpeg": "jpg"}
TALL, WIDE, SCREEN = (640, 800), (960, 640), (800, 533)
WIDTHS = MappingProxyType(
    {TALL: (320, 640, 960), WIDE: (640, 960, 1440), SCREEN: (480, 800, 1280)},
)
ARTWORK: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        **dict.fromkeys(("vase", "bowls", "textile", "board", "basket", "bag"), TALL),
        **dict.fromkeys(("villa_day", "villa_dusk"), WIDE),
        **dict.fromkeys(("look_hearth", "look_metro", "look_riviera"), SCREEN),
    }
)


def artwork(name: str, alt: str = "") -> Picture | None:
    """A bundled picture by name; None for a name that is not there."""
    size = ARTWORK.get(name)
    if size is None:
        return None
    sources = {
        kind: {width: static(f"themes/art/{name}-{width}.{extension}") for width in WIDTHS[size]}
        for kind, extension in EXTENSIONS.items()
        if kind != "jpeg"
    }
    return Picture(static(f"themes/art/{name}-{size[0]}.jpg"), alt, *size, sources)


def picture_of(setting: object) -> Picture | None:
    """A picture as a section's settings name it: a bundled name, or the fields of a Picture."""
    if isinstance(setting, str):
        return artwork(setting)
    if not isinstance(setting, Mapping) or not setting.get("src"):
        return None
    return Picture(
        src=str(setting["src"]),
        alt=str(setting.get("alt", "")),
        width=int(setting.get("width", TALL[0])),
        height=int(setting.get("height", TALL[1])),
        sources={
            kind: {int(width): str(address) for width, address in by_width.items()}
            for kind, by_width in setting.get("sources", {}).items()
        },
    )
