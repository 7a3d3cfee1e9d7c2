"""A picture as the pages show it: one address for old browsers, and the sources for new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared_apps.media.queries import PictureData

FORMATS = ("avif", "webp", "jpeg")  # best first


@dataclass(frozen=True, slots=True)
class Picture:
    """`sources` maps a format (avif, webp, jpeg) to addresses by width in pixels. `alt` is empty for ornament."""

    src: str
    alt: str = ""
    width: int = 640
    height: int = 800
    sources: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def srcset(self, kind: str) -> str:
        """The `srcset` of one format, widths rising; empty when the picture lacks it."""
        return ", ".join(
            f"{address} {width}w" for width, address in sorted(self.sources.get(kind, {}).items())
        )


def stored_picture(data: PictureData | None, alt: str = "") -> Picture | None:
    """Rule: a stored picture as pages show it; None stays None."""
    if data is None or not data.src:
        return None
    return Picture(data.src, alt, data.width or 640, data.height or 800, data.sources)
