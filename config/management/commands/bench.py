"""`manage.py bench <name> --json`: one of config/bench, with its reference in the same run."""

from __future__ import annotations

import json
import platform
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
from django.core.management.base import BaseCommand, CommandParser

from config import bench


class Command(BaseCommand):
    help = "Measure; prints the machine, n, medians and ratio to the reference."

    def add_arguments(self, parser: CommandParser) -> None:
        folder = Path(bench.__file__).parent
        names = sorted(p.stem for p in folder.glob("*.py") if "\ndef run(" in p.read_text("utf-8"))
        parser.add_argument("name", choices=names)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        results = [result.as_json() for result in import_module(f"config.bench.{name}").run()]
        report = {"name": name, "machine": machine(), "results": results}
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2))
            return
        self.stdout.write(f"{name} on {report['machine']}")
        for result in results:
            self.stdout.write("  " + "  ".join(f"{k}={v}" for k, v in result.items()))


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "cpus": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load": round(psutil.getloadavg()[0], 1),
    }
