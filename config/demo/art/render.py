"""From SVG to the files a browser loads."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import resvg_py
from PIL import Image

WIDTHS = (320, 640, 960)
QUALITY = {"avif": 55, "webp": 74, "jpeg": 80}
EXTENSIONS = {"avif": "avif", "webp": "webp", "jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class Encoded:
    format: str
    width: int
    height: int
    data: bytes

    @property
    def suffix(self) -> str:
        """What the file's name ends with: -640.avif"""
        return f"-{self.width}.{EXTENSIONS[self.format]}"


def raster(svg: str, *, width: int = WIDTHS[-1]) -> Image.Image:
    """The drawing as pixels, without transparency."""
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width)
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


def original(svg: str, *, width: int = WIDTHS[-1]) -> bytes:
    """One JPEG of the drawing, for the ordinary upload pipeline."""
    return _bytes(raster(svg, width=width), "jpeg")


def encode(svg: str, *, widths: Iterable[int] = WIDTHS, jpeg_width: int = 640) -> Iterator[Encoded]:
    """AVIF and WebP of every width, and one JPEG for old browsers. Half a second a picture."""
    chosen = tuple(widths)
    yield from encode_image(raster(svg, width=max(chosen)), widths=chosen, jpeg_width=jpeg_width)


def encode_image(full: Image.Image, *, widths: Iterable[int], jpeg_width: int) -> Iterator[Encoded]:
    """The same for pixels; `full` is at least as wide as the widest."""
    for width in widths:
        height = round(full.height * width / full.width)
        image = (
            full.resize((width, height), Image.Resampling.LANCZOS) if width != full.width else full
        )
        formats = ("avif", "webp", "jpeg") if width == jpeg_width else ("avif", "webp")
        for kind in formats:
            yield Encoded(kind, width, height, _bytes(image, kind))


def _bytes(image: Image.Image, kind: str) -> bytes:
    options: dict[str, Any] = {"quality": QUALITY[kind]}
    if kind == "avif":
        options |= {"speed": 8}
    if kind == "jpeg":
        options |= {"optimize": True, "progressive": True}
    out = io.BytesIO()
    image.save(out, kind.upper(), **options)
    return out.getvalue()
