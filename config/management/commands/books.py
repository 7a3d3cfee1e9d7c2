"""`manage.py books check --tenant S`: proves the money over a tenant's whole history."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.management.scopes import add_scope_arguments, scopes_of
from shared_apps.kernel.context import bound
from shared_apps.ledger.domain.checks import check_books


class Command(BaseCommand):
    help = "Check every promise about money; exit 1 and the offending rows if one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check"])
        parser.add_argument("--json", action="store_true")
        add_scope_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        reports = []
        for name, scope in scopes_of(options):
            with bound(scope):
                results = check_books()
            checks = [
                {"check": r.name, "holds": r.holds, "offending": r.offending} for r in results
            ]
            holds = all(result.holds for result in results)
            reports.append({"tenant": name, "holds": holds, "checks": checks})
        if options["json"]:
            whole = reports[0] if len(reports) == 1 else reports
            self.stdout.write(json.dumps(whole, default=str, indent=2))
        else:
            self._tell(reports)
        if not all(report["holds"] for report in reports):
            sys.exit(1)

    def _tell(self, reports: list[dict[str, Any]]) -> None:
        for report in reports:
            for check in report["checks"]:
                word = "ok    " if check["holds"] else "BROKEN"
                self.stdout.write(f"{word} {report['tenant']} {check['check']}")
                for row in check["offending"]:
                    self.stdout.write(f"         {row}")
