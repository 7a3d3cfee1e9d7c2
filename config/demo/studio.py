"""The demo's pictures: drawn beforehand, because drawing one takes a third of a second.

`python -m config.demo.studio` draws those that a world names and are missing.
"""

from __future__ import annotations

import io
from pathlib import Path

from config.demo.art import products, render
from config.demo.worlds import SLUGS, load

FOLDER = Path(__file__).resolve().parent / "art" / "originals"
QUALITY = 84


def picture(name: str) -> bytes:
    """The picture as an upload would bring it: `vase:3` is the vase in the colours of seed 3."""
    file = file_of(name)
    return file.read_bytes() if file.exists() else draw(name)


def draw(name: str) -> bytes:
    thing, _, seed = name.partition(":")
    out = io.BytesIO()
    image = render.raster(products.draw(thing, seed=int(seed)))
    image.save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def draw_missing() -> int:
    """Draw what the worlds name; says how many are new."""
    FOLDER.mkdir(exist_ok=True)
    missing = [name for name in sorted(_names()) if not file_of(name).exists()]
    for name in missing:
        file_of(name).write_bytes(draw(name))
    return len(missing)


def _names() -> set[str]:
    worlds = [load(slug) for slug in SLUGS]
    shelves = {shelf.art for world in worlds for shelf in world.shelves}
    return shelves | {art for world in worlds for piece in world.pieces for art in piece.art}


def file_of(name: str) -> Path:
    return FOLDER / f"{name.replace(':', '-')}.webp"


if __name__ == "__main__":
    draw_missing()
