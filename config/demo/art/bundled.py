"""Write the pictures that the themes come with: `python -m config.demo.art.bundled`."""

from __future__ import annotations

from pathlib import Path

from config.demo.art import products, render, scenes
from themes.domain.artwork import ARTWORK, WIDTHS

FOLDER = Path(__file__).resolve().parents[3] / "themes" / "static" / "themes" / "art"


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, size in ARTWORK.items():
        draw = products.draw if name in products.PRODUCTS else scenes.draw
        for file in render.encode(draw(name), widths=WIDTHS[size], jpeg_width=size[0]):
            (FOLDER / f"{name}{file.suffix}").write_bytes(file.data)


if __name__ == "__main__":
    write()
