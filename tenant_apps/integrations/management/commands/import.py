# ruff: noqa: N999 - the name of the command is a contract
"""manage.py import <kind> --tenant S [--vendor V] FILE...: real products or orders into a shop."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant, tenant_context
from shared_apps.kernel.errors import DomainError
from tenant_apps.discovery.domain.rebuild import rebuild_products
from tenant_apps.integrations.domain import commanding, imports, olist
from tenant_apps.integrations.queries import all_issues, import_status
from tenants.queries import find_by_slug


class Command(BaseCommand):
    help = "Imports products or orders: dry run, row by row report, resumed when interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted({*imports.FORMATS, olist.SOURCE}))
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--tenant", required=True, help="the tenant's slug")
        parser.add_argument(
            "--vendor", default="", help="slug or name; taken on when new; default: the house"
        )
        parser.add_argument("--currency", default="", help="of the prices; default: the tenant's")
        parser.add_argument("--dry-run", action="store_true", help="report only, change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = find_by_slug(options["tenant"])
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}")
        with tenant_context(tenant):
            try:
                report = self._import_all(options)
            except DomainError as error:
                raise CommandError(f"{error.detail} ({error.code})") from error
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        for issue in [*report["errors"], *report["warnings"]]:
            line = "{row}: {field} {message} ({code})".format(**issue)
            self.stdout.write(line)
        made = ", ".join(f"{count} {name}" for name, count in report["created"].items())
        self.stdout.write(
            f"{report['rows']} rows: created {made or 'nothing'}, updated "
            f"{report['updated'].get('products', 0)} products, skipped {report['skipped']}, "
            f"{len(report['errors'])} errors"
        )

    def _import_all(self, options: dict[str, Any]) -> dict[str, Any]:
        acting = Actor("system", f"cli:{getpass.getuser()}", "Command line")
        report = commanding.empty_report(options["kind"])
        if options["kind"] == olist.SOURCE:
            commanding.add_preview(report, self._import_olist(options, acting))
            return report
        for name in options["files"]:
            path = Path(name).resolve()
            if not path.is_file():
                raise CommandError(f"There is no file {name}")
            request = commanding.FileRequest(
                kind=options["kind"],
                path=path,
                vendor=options["vendor"],
                currency=options["currency"] or current_tenant().currency,
            )
            if options["dry_run"]:
                tally = commanding.preview_file(request=request, acting=acting, now=now)
                commanding.add_preview(report, tally)
                continue
            run_id = commanding.import_file(
                request=request,
                acting=acting,
                now=now,
                progress=None if options["json"] else self._progress,
            )
            commanding.add_run(report, import_status(run_id), all_issues(run_id))
        return report

    def _import_olist(self, options: dict[str, Any], acting: Actor) -> imports.Tally:
        paths = [Path(name).resolve() for name in options["files"]]
        missing = [str(path) for path in paths if not path.is_file()]
        if missing:
            raise CommandError(f"There is no file {', '.join(missing)}")
        tally = olist.import_olist(
            paths=paths,
            acting=acting,
            now=now,
            is_dry_run=options["dry_run"],
            progress=None if options["json"] else self._progress,
        )
        if not options["dry_run"]:
            rebuild_products(at=now())
        return tally

    def _progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{done} of {total} rows", ending="")
            self.stderr.flush()
