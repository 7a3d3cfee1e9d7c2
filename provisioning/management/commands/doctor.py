"""manage.py doctor: is this installation what it should be?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from provisioning.domain.checks import examine


class Command(BaseCommand):
    help = "Checks settings, services, roles, isolation and drift; exit code 1 on a finding."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2))
        else:
            for finding in findings:
                mark = "ok  " if finding.ok else "FAIL"
                self.stdout.write(f"{mark} {finding.check}" + _why(finding.ok, finding.detail))
        if not all(finding.ok for finding in findings):
            sys.exit(1)


def _why(ok: bool, detail: str) -> str:  # noqa: FBT001 - a truth value in, a sentence out
    return "" if ok or not detail else f": {detail}"
