"""A room is entered by its doors only: what others may import is named, the rest is private."""

from __future__ import annotations

import pytest

from tests.architecture.house import PACKAGES, imports, modules, room_of

DOORS = {"domain", "queries", "events", "permissions", "lifecycle"}
# Values and ports that every room shares, and the pieces a framework loads by name.
OPEN_ROOMS = {"shared_apps.kernel", "shared_apps.gateways"}
OPEN_MODULES = {
    "shared_apps.identity.models.User",
    "tenants.entitlements",
    "tenants.routing",
    "themes.panels",
    "themes.templatetags",
}


def _breaks() -> list[str]:
    found = []
    for module, path in modules():
        room = room_of(module)
        if room == "config":
            continue
        for name in imports(path):
            target = room_of(name)
            if name.split(".")[0] not in PACKAGES or target in OPEN_ROOMS | {room}:
                continue
            if any(name == door or name.startswith(f"{door}.") for door in OPEN_MODULES):
                continue
            rest = name.removeprefix(target).lstrip(".").split(".")[0]
            if rest not in DOORS:
                found.append(f"{module} imports {name}")
    return found


def test_rooms_are_entered_by_their_doors():
    assert _breaks() == []


@pytest.mark.parametrize("module", ["utils", "helpers", "common", "misc", "services", "selectors"])
def test_no_file_is_a_drawer(module):
    assert [name for name, _ in modules() if name.split(".")[-1] == module] == []
