"""What every template and style sheet keeps to."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from tests.architecture.house import ROOT
from themes.domain.icons import ICONS
from themes.domain.looks import LOOKS
from themes.domain.tokens import css_text

STATIC = ROOT / "themes" / "static" / "themes"
ROOMS = ("themes", "config", "tenants", "billing", "provisioning", "shared_apps", "tenant_apps")
TEMPLATES = [
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("templates/**/*.html")
    if "mail" not in str(path)
]
SHEETS = [path for room in ROOMS for path in (ROOT / room).rglob("static/**/*.css")]
INLINE = re.compile(
    r"<[^>]*\s(style|on[a-z]+|hx-on[^=]*)=|<style|<script(?![^>]*\bsrc=)|javascript:|hx-vals=.js:"
)
PHYSICAL = re.compile(
    r"(?<![-\w])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)|left|right)\s*:"
    r"|text-align:\s*(?:left|right)|float:\s*(?:left|right)"
)


def _found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in paths
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]


def test_templates_bring_no_style_or_script_of_their_own():
    assert _found(INLINE, TEMPLATES) == []


def test_style_sheets_know_no_left_or_right():
    assert _found(PHYSICAL, SHEETS) == []


def test_style_sheets_load_nothing_from_elsewhere():
    assert _found(re.compile(r"https?:|@import|url\((?!\"fonts/)"), SHEETS) == []


def test_every_icon_that_a_template_names_is_there():
    names = re.compile(r"{% icon \"([^\"]+)\"")
    named = {m[1] for path in TEMPLATES for m in names.finditer(path.read_text(encoding="utf-8"))}

    assert named - set(ICONS) == set()


def test_every_component_says_its_context_and_stands_in_the_guide():
    guide = (ROOT / "docs" / "components.md").read_text(encoding="utf-8")
    components = sorted((ROOT / "themes/templates/components").glob("*.html"))

    silent = [c.name for c in components if "Context:" not in c.read_text(encoding="utf-8")]
    unknown = [c.name for c in components if f"components/{c.name}" not in guide]

    assert (silent, unknown) == ([], [])


def test_the_platforms_looks_are_written_out():
    written = {name: (STATIC / f"tokens-{name}.css").read_text(encoding="utf-8") for name in LOOKS}

    assert written == {name: css_text(tokens) + "\n" for name, tokens in LOOKS.items()}


def _zipped(*names: str) -> int:
    return len(gzip.compress(b"".join((STATIC / name).read_bytes() for name in names), mtime=0))


def test_budgets_of_a_storefront_page():
    assert _zipped("app.css", "shop.css") <= 12_000
    assert _zipped("vendor/htmx-4.0.1.min.js", "shop.js") <= 20_000


def test_fonts_and_pictures_carry_their_notices():
    fonts = {path.stem for path in (STATIC / "fonts").glob("*.woff2")}
    notices = {path.name.removesuffix(".OFL.txt") for path in (STATIC / "fonts").glob("*.txt")}

    assert fonts == notices
