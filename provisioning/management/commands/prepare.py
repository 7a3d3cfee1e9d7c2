"""manage.py prepare: everything a release needs before its first process starts."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from provisioning.domain.migrations import migrate_public
from provisioning.domain.pool import fill_pool
from shared_apps.kernel.clock import now


class Command(BaseCommand):
    help = "Migrates public, compiles the tenant template and puts a first schema in the pool."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pool", type=int, default=1, help="ready schemas to leave behind")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        migrate_public()
        migrated = time.perf_counter()
        pool = fill_pool(target=options["pool"], at=now())
        report = {
            "migrate_seconds": round(migrated - started, 2),
            "template_and_pool_seconds": round(time.perf_counter() - migrated, 2),
            "made": pool.made,
            "dropped": pool.dropped,
            "ready": pool.ready,
        }
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(f"Prepared: {pool.ready} schema(s) ready for new tenants.")
