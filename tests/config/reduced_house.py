"""bin/demo with real servers and stand-ins for the product's processes; run by test_demo.py."""

from __future__ import annotations

import sys

from config.supervisor.child import Probe, Program
from config.supervisor.demo import main
from config.supervisor.programs import House, Plan

STUBBORN = "trap '' TERM; sleep 1000 & while :; do sleep 1; done"


def before(house: House) -> list[Program]:
    return [Program("prepare", ("/bin/sh", "-c", "exit 0"), house.environment)]


def front(house: House) -> list[Program]:
    page = ("-m", "http.server", "--bind", "127.0.0.1", str(house.ports.edge))
    return [
        Program("web", (sys.executable, *page), house.without_owner, Probe(house.ports.edge, "/"))
    ]


def back(house: House) -> list[Program]:
    """One that ends at once, and one that neither stops when asked nor keeps to itself."""
    return [
        Program("fragile", ("/bin/sh", "-c", "echo broken; exit 3"), house.without_owner),
        Program("stubborn", ("/bin/sh", "-c", STUBBORN), house.without_owner),
    ]


if __name__ == "__main__":
    sys.exit(main(plan=Plan(before, front, back, stop_within_seconds=1)))
