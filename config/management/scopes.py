"""`--tenant S`, `--platform` or `--all`: for whom a command works."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.management.base import CommandError, CommandParser

from shared_apps.kernel.context import PLATFORM, Scope
from tenants.queries import all_contexts, find_by_slug


def add_scope_arguments(parser: CommandParser) -> None:
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--tenant", help="slug of one tenant")
    choice.add_argument("--platform", action="store_true", help="the platform itself")
    choice.add_argument("--all", action="store_true", help="every tenant and the platform")


def scopes_of(options: dict[str, object]) -> Iterator[tuple[str, Scope]]:
    """(name, scope) of whom the options mean; CommandError for an unknown slug."""
    if options["tenant"]:
        tenant = find_by_slug(str(options["tenant"]))
        if tenant is None:
            raise CommandError(f"no tenant has the slug {options['tenant']!r}")
        yield tenant.slug, tenant
        return
    yield "platform", PLATFORM
    if options["all"]:
        for tenant in all_contexts():
            if tenant.state not in {"requested", "provisioning", "closed"}:
                yield tenant.slug, tenant
