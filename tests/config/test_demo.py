"""The supervisor with real PostgreSQL and Valkey and a reduced house, run as a command and stopped in every way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.embedded.ports import free_port
from config.embedded.workspace import Workspace, WorkspaceInUse
from config.supervisor.programs import House, Ports, back_programs, front_programs

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parents[2]


class Demo:
    """One run of the reduced house."""

    def __init__(self, data: Path, port: int, *options: str) -> None:
        self.output = data.with_name("output.txt")
        places = {"DATABASE_URL", "DATABASE_ADMIN_URL", "VALKEY_URL"}
        environment = {name: value for name, value in os.environ.items() if name not in places}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.config.reduced_house",
                    "--data",
                    str(data),
                    "--port",
                    str(port),
                    *options,
                ],
                cwd=CHECKOUT,
                env=environment,
                stdout=output,
                stderr=output,
            )
        self.data = data

    def told(self) -> str:
        return self.output.read_text()

    def wait_for(self, line: str) -> None:
        wait_until(lambda: line in self.told() or self.process.poll() is not None)
        assert line in self.told()

    def everybody(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "this took too long"
        time.sleep(0.05)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Demo]]:
    demos: list[Demo] = []
    port = free_port()

    def start_demo(*options: str) -> Demo:
        demos.append(Demo(folder, port, *options))
        return demos[-1]

    yield start_demo
    for demo in demos:
        if demo.process.poll() is None:
            demo.process.send_signal(signal.SIGTERM)
            demo.process.wait(60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_signal_leaves_nothing_running(
    start: Callable[..., Demo], number: signal.Signals
) -> None:
    demo = start()
    demo.wait_for("fragile ended with code 3; again in 2 s")
    names = {process.name() for process in demo.everybody()}
    assert {"postgres", "valkey-server", "sleep"} <= names
    everybody = demo.everybody()
    demo.process.send_signal(number)
    assert demo.process.wait(60) == 0
    assert "Stopped. The data stays in" in demo.told()
    _, left = psutil.wait_procs(everybody, timeout=5)
    assert left == []


def test_start_after_kill_sweeps_what_was_left_and_keeps_the_data(
    start: Callable[..., Demo],
) -> None:
    first = start()
    first.wait_for("Ctrl-C stops everything")
    first.wait_for("fragile ended")
    orphans = [
        process
        for process in first.everybody()
        if process.name() not in {"postgres", "valkey-server"}
    ]
    secrets = (first.data / "secrets.env").read_text()
    first.process.kill()
    first.process.wait()
    counts = first.data / "metrics" / "counter_1.db"
    counts.parent.mkdir(exist_ok=True)
    counts.write_bytes(b"of a process long gone")
    second = start()
    second.wait_for("Ctrl-C stops everything")
    _, left = psutil.wait_procs(orphans, timeout=5)
    assert left == []
    assert len(orphans) >= 3
    assert not counts.exists()
    assert (second.data / "secrets.env").read_text() == secrets


def test_second_start_on_the_same_data_names_the_first(
    start: Callable[..., Demo], folder: Path
) -> None:
    first = start()
    first.wait_for("Ctrl-C stops everything")
    port = json.loads((folder / "ports.json").read_text())["edge"]
    with pytest.raises(
        WorkspaceInUse, match=f"process {first.process.pid}, which answers on port {port}"
    ):
        Workspace(folder).lock(port=1)
    assert Workspace(folder).is_supervised


def test_dead_server_and_dead_process_come_back(start: Callable[..., Demo]) -> None:
    demo = start()
    demo.wait_for("Ctrl-C stops everything")
    by_name = {process.name(): process for process in psutil.Process(demo.process.pid).children()}
    by_name["valkey-server"].kill()
    demo.wait_for("Valkey ended; starting it again")
    by_name["postgres"].kill()
    demo.wait_for("PostgreSQL ended; starting it again")
    next(process for process in demo.everybody() if process.name().startswith("python")).kill()
    demo.wait_for("web ended with code -9; again in 1 s")
    port = json.loads((demo.data / "ports.json").read_text())["edge"]
    wait_until(lambda: answers(port))


def test_fresh_forgets_everything(start: Callable[..., Demo], folder: Path) -> None:
    demo = start()
    demo.wait_for("Ctrl-C stops everything")
    secrets = (folder / "secrets.env").read_text()
    demo.process.send_signal(signal.SIGINT)
    demo.process.wait(60)
    again = start("--fresh")
    again.wait_for("Ctrl-C stops everything")
    assert (folder / "secrets.env").read_text() != secrets


def test_taken_port_is_named_with_the_flag_that_changes_it(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = Demo(folder_of(folder), port)
        assert demo.process.wait(60) == 1
    assert f"Port {port} is in use: choose another with --port." in demo.told()
    assert not (folder / "postgres").exists()


def test_only_provisioning_holds_the_owners_login(folder: Path) -> None:
    environment = {"DATABASE_URL": "app", "DATABASE_ADMIN_URL": "owner"}
    house = House(
        folder, folder / "Caddyfile", "galleria.localhost", Ports(1, 2, 3, 4), environment
    )
    everything = [*front_programs(house), *back_programs(house)]
    holders = {
        program.name for program in everything if "DATABASE_ADMIN_URL" in program.environment
    }
    assert holders == {"provisioning"}
    expected = {"web", "edge", "realtime", "sandbox", "worker", "provisioning", "beat", "relay"}
    assert {program.name for program in everything} == expected


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def folder_of(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
