"""`manage.py docs_generate`: writes the pages of docs/ that come from the code."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.documentation import pages


class Command(BaseCommand):
    help = "Write docs/events.md and docs/lifecycles.md; --check only says whether they are true."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [
            path
            for path, text in pages().items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        for path in stale:
            if not options["check"]:
                path.write_text(pages()[path], encoding="utf-8")
            self.stdout.write(f"{'stale' if options['check'] else 'written'}: {path.name}")
        if stale and options["check"]:
            sys.exit(1)
