"""`manage.py audit_verify --tenant S`: recomputes the chain of seals."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.management.scopes import add_scope_arguments, scopes_of
from shared_apps.audit.domain.sealing import first_broken
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound


class Command(BaseCommand):
    help = "Verify the audit chain; exit 1 and name the first broken entry."

    def add_arguments(self, parser: CommandParser) -> None:
        add_scope_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        is_whole = True
        for name, scope in scopes_of(options):
            with bound(scope):
                broken = first_broken(at=now())
            if broken is None:
                self.stdout.write(f"{name}: the chain is whole")
                continue
            is_whole = False
            entry = f", entry {broken.entry_id}" if broken.entry_id else ""
            self.stdout.write(f"{name}: BROKEN at seal {broken.seal}{entry}: {broken.reason}")
        if not is_whole:
            sys.exit(1)
