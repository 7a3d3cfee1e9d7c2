"""bin/manage: commands that overlap share one set of servers, and the last of them stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.embedded.manage import chosen_workspace
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.valkey import EmbeddedValkey

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parents[2]
RUN = (
    "import sys; from pathlib import Path; from config.embedded.manage import run_with_services;"
    "from config.embedded.workspace import Workspace;"
    "sys.exit(run_with_services(Workspace(Path(sys.argv[1])), sys.argv[2:]))"
)
PLACES = {"DATABASE_URL", "DATABASE_ADMIN_URL", "VALKEY_URL"}


def run(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in PLACES}
    whole = [sys.executable, "-c", RUN, str(folder), *command]
    return subprocess.Popen(whole, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE)


def servers(folder: Path) -> list[int]:
    found = [
        EmbeddedPostgres(folder / "postgres").running_pid(),
        EmbeddedValkey(folder / "valkey").running_pid(),
    ]
    return [pid for pid in found if pid]


def wait_for(path: Path) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_overlapping_commands_share_servers_and_the_last_stops_them(
    folder: Path, tmp_path: Path
) -> None:
    long = run(
        folder,
        "sh",
        "-c",
        f"touch {tmp_path}/up; while [ ! -e {tmp_path}/enough ]; do sleep 0.1; done",
    )
    wait_for(tmp_path / "up")
    started = servers(folder)
    short = run(folder, "sh", "-c", 'echo "$DATABASE_ADMIN_URL $VALKEY_URL"')
    addresses, _ = short.communicate()
    assert b"g_owner" in addresses
    assert len(started) == 2
    assert servers(folder) == started
    (tmp_path / "enough").touch()
    assert long.wait(30) == 0
    assert servers(folder) == []


def test_the_code_of_the_command_is_ours_and_a_stop_reaches_it(
    folder: Path, tmp_path: Path
) -> None:
    assert run(folder, "sh", "-c", "exit 7").wait(60) == 7
    running = run(folder, "sh", "-c", f"touch {tmp_path}/up; exec sleep 1000")
    wait_for(tmp_path / "up")
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 128 + signal.SIGTERM
    assert servers(folder) == []


def test_the_folder_is_the_one_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLERIA_DATA_DIR", str(folder / "by variable"))
    workspace, rest = chosen_workspace(["check", "--data", "for the command"])
    assert (workspace.folder, rest) == (
        folder / "by variable",
        ["check", "--data", "for the command"],
    )
    workspace, rest = chosen_workspace(["--data", str(folder), "check"])
    assert (workspace.folder, rest) == (folder, ["check"])
