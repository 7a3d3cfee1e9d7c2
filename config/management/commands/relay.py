"""`manage.py relay`: the process that delivers events."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.relay import Relay
from shared_apps.kernel.context import bound


class Command(BaseCommand):
    help = "Deliver published events until told to stop (SIGTERM or SIGINT)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sweep-seconds", type=float, default=3.0)

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        with bound(None):
            Relay(sweep_seconds=options["sweep_seconds"]).run(stop)
