"""manage.py migrate_tenants: bring every tenant to the present migrations."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from provisioning.domain.fleet import FleetReport, migrate_fleet
from shared_apps.kernel.clock import now


class Command(BaseCommand):
    help = "Migrates all tenants; exit code 1 when any was left behind."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--canary", type=int, default=0, metavar="N", help="N tenants first; stop if one fails"
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = migrate_fleet(canary=options["canary"], at=now())
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), default=str))
        else:
            self._print(report)
        if not report.ok:
            sys.exit(1)

    def _print(self, report: FleetReport) -> None:
        self.stdout.write(
            f"{report.state}: {report.done} migrated, {report.current} current,"
            f" {report.pending} untouched, {len(report.quarantined)} quarantined"
            f" in {report.seconds} s"
        )
        for tenant in report.quarantined:
            self.stdout.write(f"  {tenant.schema}: {tenant.error}")
