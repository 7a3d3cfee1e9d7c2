"""manage.py tenant create|list|suspend|resume|close|rename|tier: the life of tenants by hand."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.queries import TenantRow, list_tenants, tenant_row
from shared_apps.identity.domain.people import encode_password
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError


def acting() -> Actor:
    return Actor("system", f"cli:{getpass.getuser()}", "Command line")


class Command(BaseCommand):
    help = "Creates, lists, pauses, renames and ends tenants."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="a new tenant, live when this returns")
        create.add_argument("--slug", required=True, help="the subdomain")
        create.add_argument("--name", required=True, help="the marketplace's name")
        create.add_argument("--tier", default="starter")
        create.add_argument("--owner", required=True, help="e-mail address of the operator")
        create.add_argument("--owner-name", default="")
        create.add_argument("--currency", default="EUR")
        create.add_argument("--language", default="en-gb")
        create.add_argument("--theme", default="")
        create.add_argument("--preset", default="")
        create.add_argument("--modules", nargs="+", default=["marketplace"])
        create.add_argument("--password-stdin", action="store_true", help="read it from stdin")
        _with_json(create)
        _with_json(actions.add_parser("list", help="all tenants, oldest first"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except DomainError as error:
            raise CommandError(f"{error.detail} ({error.code})") from error

    def _create(self, options: dict[str, Any]) -> None:
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else ""
        order = TenantOrder(
            slug=options["slug"],
            name=options["name"],
            owner_email=options["owner"],
            owner_name=options["owner_name"],
            owner_password=encode_password(password) if password else "",
            tier=options["tier"],
            currency=options["currency"],
            language=options["language"],
            theme=options["theme"],
            preset=options["preset"],
            modules=tuple(options["modules"]),
        )
        new = provision_tenant(order=order, acting=acting(), at=now())
        self._show(tenant_row(new.slug), options)

    def _list(self, options: dict[str, Any]) -> None:
        rows = list_tenants()
        if options["json"]:
            self.stdout.write(json.dumps([row.as_json() for row in rows], indent=2))
            return
        for row in rows:
            self.stdout.write(f"{row.slug:<24} {row.state:<12} {row.tier:<10} {row.url}")

    def _show(self, row: TenantRow, options: dict[str, Any], **extra: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({**row.as_json(), **extra}, indent=2))
            return
        self.stdout.write(f"{row.slug} is {row.state}: {row.url}")


def _with_json(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="report as JSON")
