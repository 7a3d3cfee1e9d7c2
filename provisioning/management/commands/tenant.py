"""manage.py tenant create|list|suspend|resume|close|rename|tier|drop-closed: the life of tenants by hand."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.domain.tiers import change_tier
from provisioning.domain.lives import (
    GRACE,
    close_tenant,
    drop_due_tenants,
    rename,
    resume_tenant,
    suspend_tenant,
)
from provisioning.domain.signup import NewTenant, TenantOrder, provision_tenant
from provisioning.queries import TenantRow, list_tenants, tenant_row
from shared_apps.identity.domain.handover import issue_handover
from shared_apps.identity.domain.people import encode_password
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from tenants.queries import find_by_slug

_MOVES = ("suspend", "resume", "close")


def acting() -> Actor:
    return Actor("system", f"cli:{getpass.getuser()}", "Command line")


class Command(BaseCommand):
    help = "Creates, lists, pauses, renames and ends tenants."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        _add_create(actions)
        _with_json(actions.add_parser("list", help="all tenants, oldest first"))
        for move in _MOVES:
            parser = actions.add_parser(move, help=f"{move} a tenant")
            parser.add_argument("slug")
            parser.add_argument("--note", default="", help="why; kept with the change")
            if move == "close":
                parser.add_argument("--grace-days", type=float, default=GRACE.days)
            _with_json(parser)
        rename_parser = actions.add_parser("rename", help="another name or subdomain")
        rename_parser.add_argument("slug")
        rename_parser.add_argument("--slug", dest="new_slug", default="")
        rename_parser.add_argument("--name", default="")
        _with_json(rename_parser)
        tier_parser = actions.add_parser("tier", help="another tier, in its newest version")
        tier_parser.add_argument("slug")
        tier_parser.add_argument("tier")
        _with_json(tier_parser)
        _with_json(actions.add_parser("drop-closed", help="drop the data whose grace is over"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action'].replace('-', '_')}")(options)
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
        link = "" if password or not new.is_live else _sign_in_link(new)
        self._show(tenant_row(new.slug), options, sign_in=link)

    def _list(self, options: dict[str, Any]) -> None:
        rows = list_tenants()
        if options["json"]:
            self.stdout.write(json.dumps([row.as_json() for row in rows], indent=2))
            return
        for row in rows:
            self.stdout.write(f"{row.slug:<24} {row.state:<12} {row.tier:<10} {row.url}")

    def _suspend(self, options: dict[str, Any]) -> None:
        self._move(suspend_tenant, options)

    def _resume(self, options: dict[str, Any]) -> None:
        self._move(resume_tenant, options)

    def _close(self, options: dict[str, Any]) -> None:
        self._move(close_tenant, options, grace=timedelta(days=options["grace_days"]))

    def _move(self, change: Callable[..., Any], options: dict[str, Any], **extra: Any) -> None:
        change(slug=options["slug"], acting=acting(), at=now(), note=options["note"], **extra)
        self._show(tenant_row(options["slug"]), options)

    def _rename(self, options: dict[str, Any]) -> None:
        slug = options["new_slug"] or options["slug"]
        changed = rename(
            slug=options["slug"], new_slug=slug, new_name=options["name"], acting=acting(), at=now()
        )
        self._show(tenant_row(changed.slug), options)

    def _tier(self, options: dict[str, Any]) -> None:
        change_tier(slug=options["slug"], code=options["tier"], acting=acting(), at=now())
        self._show(tenant_row(options["slug"]), options)

    def _drop_closed(self, options: dict[str, Any]) -> None:
        report = drop_due_tenants(at=now())
        if options["json"]:
            self.stdout.write(json.dumps({"dropped": report.dropped, "failed": report.failed}))
        else:
            self.stdout.write(f"Dropped {report.dropped} tenant(s).")
        if report.failed:
            raise CommandError("\n".join(report.failed))

    def _show(self, row: TenantRow, options: dict[str, Any], **extra: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({**row.as_json(), **extra}, indent=2))
            return
        self.stdout.write(f"{row.slug} is {row.state}: {row.url}")
        if extra.get("sign_in"):
            self.stdout.write(f"Sign in once within a minute: {extra['sign_in']}")


def _sign_in_link(new: NewTenant) -> str:
    tenant = find_by_slug(new.slug)
    if tenant is None:
        return ""
    return issue_handover(to=tenant, user_id=new.owner_id, path="/manage/", at=now())


def _with_json(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="report as JSON")


def _add_create(actions: Any) -> None:
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
