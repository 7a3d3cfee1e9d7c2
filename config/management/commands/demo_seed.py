"""manage.py demo_seed: three branded marketplaces with shops, goods and people to sign in as."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo import history, offers, orders, people, seeding
from config.demo.seeding import Hands
from config.demo.worlds import SLUGS, World, load
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from tenant_apps.discovery.domain.rebuild import rebuild_products
from tenants.queries import find_by_slug

FIRST_PIECES = 8


class Command(BaseCommand):
    help = "Fills the demo marketplaces; may be interrupted and repeated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, default=None, help="folder of demo.json")
        parser.add_argument(
            "--code", action="store_true", help="only show the admin's second factor of this moment"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = (options["data"] or Path(settings.DATA_DIR)).absolute()
        self.began = time.monotonic()
        try:
            if options["code"]:
                self.stdout.write(people.second_factor(folder, at=now()))
                return
            password = people.demo_password()
        except people.NoDemoHere as error:
            raise CommandError(str(error)) from error
        self._seed([load(slug) for slug in SLUGS], folder, password)

    def _seed(self, worlds: list[World], folder: Path, password: people.Password) -> None:
        """Every marketplace gets a full window first, then everything else."""
        at = now()
        hands = [Hands(world, password, at) for world in worlds]
        for each in hands:
            tenant = seeding.open_marketplace(world=each.world, password=password, at=at)
            with tenant_context(tenant):
                seeding.furnish(each)
                seeding.stock_shelves(each, each.world.pieces[:FIRST_PIECES])
                rebuild_products(at=now())
            self._tell(f"{each.world.name} answers at {tenant.host}")
        self._write_sign_ins(
            worlds, folder, password, people.appoint_admin(password=password, at=at)
        )
        for each in hands:
            self._fill(each)
        for each in hands:
            self._sell(each)
        for each in hands:
            self._remember(each)

    def _fill(self, hands: Hands) -> None:
        tenant = find_by_slug(hands.world.slug)
        assert tenant is not None  # noqa: S101 - opened above
        with tenant_context(tenant):
            new = seeding.stock_shelves(hands, hands.world.pieces[FIRST_PIECES:])
            rebuild_products(at=now())
            offers.promote(hands=hands, at=now())
        self._tell(f"{hands.world.name} has {len(hands.world.pieces)} pieces, {new} of them new")

    def _sell(self, hands: Hands) -> None:
        tenant = find_by_slug(hands.world.slug)
        assert tenant is not None  # noqa: S101 - opened above
        with tenant_context(tenant):
            bought = orders.buy(world=hands.world, password=hands.password)
        self._tell(f"{hands.world.name} sold {bought} baskets")

    def _remember(self, hands: Hands) -> None:
        tenant = find_by_slug(hands.world.slug)
        assert tenant is not None  # noqa: S101 - opened above
        with tenant_context(tenant):
            told = history.replay(world=hands.world, password=hands.password, at=now())
        self._tell(f"{hands.world.name} remembers {told} orders of the weeks before")

    def _write_sign_ins(
        self, worlds: list[World], folder: Path, password: people.Password, secret: str
    ) -> None:
        hosts = {
            world.slug: tenant.host for world in worlds if (tenant := find_by_slug(world.slug))
        }
        people.write_sign_ins(folder, worlds=worlds, hosts=hosts, password=password, secret=secret)

    def _tell(self, line: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.began:5.1f} s  {line}")
        self.stdout.flush()
