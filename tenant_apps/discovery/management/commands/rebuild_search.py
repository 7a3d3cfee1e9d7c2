"""manage.py rebuild_search --tenant S: every listing card of a tenant anew."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from tenant_apps.discovery.domain.rebuild import rebuild_products
from tenants.queries import find_by_slug


class Command(BaseCommand):
    help = "Builds the search index of one tenant anew while the shop stays open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="the tenant's slug")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = find_by_slug(options["tenant"])
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}")
        with tenant_context(tenant):
            done = rebuild_products(at=now())
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
            return
        self.stdout.write(f"{done.cards} cards, {done.hidden} hidden, {done.terms} words")
