"""A house of its own for a measurement: a data folder, its servers, and web processes as the product starts them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from config.embedded.ports import LOOPBACK, free_port
from config.embedded.stack import Stack
from config.embedded.workspace import Workspace
from config.supervisor.programs import CHECKOUT, House, Ports, front_programs

_READY_WITHIN_SECONDS = 60.0
_OF_THE_OUTER_HOUSE = ("DATABASE_URL", "DATABASE_ADMIN_URL", "VALKEY_URL", "GALLERIA_DATA_DIR")


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the measured house lives and with which environment its programs start."""

    workspace: Workspace
    ports: Ports
    environment: Mapping[str, str]

    def ask(self, module: str, *arguments: str) -> dict[str, Any]:
        """Run a module of ours in that house and return the last line it prints, which is JSON."""
        command = [sys.executable, "-P", "-m", module, *arguments]
        done = subprocess.run(
            command, env=dict(self.environment), check=True, stdout=subprocess.PIPE, text=True
        )
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer

    def postgres(self) -> psutil.Process:
        """The server: its backends are its children."""
        pid = int((self.workspace.postgres / "postmaster.pid").read_text().split()[0])
        return psutil.Process(pid)


@contextmanager
def own_house(name: str, *, keep: bool = False) -> Iterator[Bench]:
    """Servers with an empty, migrated database below the data folder; gone afterwards unless kept."""
    workspace = Workspace(Path(settings.DATA_DIR) / "bench" / name)
    given = {key: value for key, value in os.environ.items() if key not in _OF_THE_OUTER_HOUSE}
    stack = Stack(workspace, given)
    if not keep:
        stack.halt()
        shutil.rmtree(workspace.folder, ignore_errors=True)
    ports = Ports(free_port(), free_port(), free_port(), free_port())
    workspace.open()
    try:
        with stack:
            environment = {
                **stack.environment(),
                "GALLERIA_PAY_SANDBOX_URL": f"http://{LOOPBACK}:{ports.sandbox}",
                "GALLERIA_EXTERNAL_PORT": str(ports.edge),
                "PYTHONPATH": str(CHECKOUT),
            }
            _run(environment, workspace, "prepare")
            _run(environment, workspace, "collectstatic", "--noinput", "--verbosity", "0")
            yield Bench(workspace, ports, environment)
    finally:
        if not keep:
            shutil.rmtree(workspace.folder, ignore_errors=True)


def _run(environment: Mapping[str, str], workspace: Workspace, *command: str) -> None:
    with (workspace.logs / "prepare.log").open("a") as log:
        subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *command],
            env=dict(environment),
            check=True,
            stdout=log,
            stderr=log,
        )


@contextmanager
def product_web(bench: Bench) -> Iterator[psutil.Process]:
    """The web process of the product, from the supervisor's own table."""
    workspace = bench.workspace
    house = House(
        workspace.folder, workspace.caddyfile, "galleria.localhost", bench.ports, bench.environment
    )
    web = front_programs(house)[0]
    with program("web", web.command, web.environment, bench) as process:
        wait_until_answering(bench.ports.web, "/health/live")
        yield process


@contextmanager
def program(
    name: str, command: Sequence[str], environment: Mapping[str, str], bench: Bench
) -> Iterator[psutil.Process]:
    """One program until the block ends."""
    with (bench.workspace.logs / f"{name}.log").open("w") as log:
        child = subprocess.Popen(command, env=dict(environment), stdout=log, stderr=log)
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            child.wait(30)


def wait_until_answering(port: int, path: str) -> None:
    until = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=5):
                return
        except OSError:  # refused, reset or too slow
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")
