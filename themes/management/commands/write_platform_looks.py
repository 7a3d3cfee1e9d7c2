"""Write the style sheets of the platform's own looks from their tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from themes.domain.looks import LOOKS
from themes.domain.tokens import css_text

STATIC = Path(__file__).resolve().parents[2] / "static" / "themes"


class Command(BaseCommand):
    help = "Write static/themes/tokens-*.css; run it after a change of themes.domain.looks."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, tokens in LOOKS.items():
            (STATIC / f"tokens-{name}.css").write_text(css_text(tokens) + "\n", encoding="utf-8")
            self.stdout.write(f"tokens-{name}.css")
