"""Write the pictures that the themes come with.

`python -m config.demo.art.bundled` draws them; with a folder of screenshots (`home-hearth-1280.png` and so on, of
the sample pages in tests/themes) it also writes the pictures of the themes themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from config.demo.art import products, render, scenes
from themes.domain.artwork import ARTWORK, SCREEN, WIDTHS

FOLDER = Path(__file__).resolve().parents[3] / "themes" / "static" / "themes" / "art"


def write_art() -> None:
    for name, size in ARTWORK.items():
        if size == SCREEN:
            continue
        draw = products.draw if name in products.PRODUCTS else scenes.draw
        _write(name, render.encode(draw(name), widths=WIDTHS[size], jpeg_width=size[0]))


def write_looks(screenshots: Path) -> None:
    """The top of each theme's home page, cut to the shape of a screen."""
    for name, size in ARTWORK.items():
        if size == SCREEN:
            page = Image.open(screenshots / f"home-{name.removeprefix('look_')}-1280.png")
            top = page.convert("RGB").crop((0, 0, 1280, round(1280 * size[1] / size[0])))
            _write(name, render.encode_image(top, widths=WIDTHS[size], jpeg_width=size[0]))


def _write(name: str, files: Iterable[render.Encoded]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for file in files:
        (FOLDER / f"{name}{file.suffix}").write_bytes(file.data)


if __name__ == "__main__":
    write_art()
    if sys.argv[1:]:
        write_looks(Path(sys.argv[1]))
