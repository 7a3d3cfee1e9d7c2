"""One process of the house: started in a group of its own, probed, restarted when it dies, stopped with all it started."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.ports import LOOPBACK

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
DEAF_AFTER_SECONDS = 30.0
PROBE_EVERY_SECONDS = 5.0
STOP_WITHIN_SECONDS = 20.0
LARGEST_LOG_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Probe:
    """A page that answers below 500 while the process is well."""

    port: int
    path: str
    host: str = "localhost"

    def answers(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=3)
        try:
            connection.request("GET", self.path, headers={"Host": self.host})
            answer = connection.getresponse()
            answer.read()  # leaving in the middle of it would look like a visitor who gave up
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, in which environment, and how to see that it is well. Without a probe, being alive is enough."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    probe: Probe | None = None


class Child:
    """A program that should be running."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.restarts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._answered = 0.0
        self._probed = 0.0
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.program.command,
                cwd="/",
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started = self._answered = time.monotonic()

    def is_well(self) -> bool:
        if not self.is_running:
            return False
        probe = self.program.probe
        return probe is None or probe.answers()

    def watch(self) -> str:
        """Look at the process once, restart it when it died or no longer answers; return what happened, mostly nothing."""
        now = time.monotonic()
        if not self.is_running:
            return self._start_again(now)
        if self.program.probe is None or now - self._probed < PROBE_EVERY_SECONDS:
            return ""
        self._probed = now
        if self.program.probe.answers():
            self._answered = now
        elif now - self._answered > DEAF_AFTER_SECONDS:
            self.kill()
            return (
                f"{self.program.name} did not answer for {DEAF_AFTER_SECONDS:.0f} s and was killed"
            )
        return ""

    def _start_again(self, now: float) -> str:
        """The pause before a restart doubles while the process keeps dying young."""
        if self._not_before == 0.0:
            if now - self._started > STEADY_AFTER_SECONDS:
                self.restarts = 0
            pause = min(FIRST_PAUSE_SECONDS * 2**self.restarts, LONGEST_PAUSE_SECONDS)
            self._not_before = now + pause
            self.kill()  # what it started and left behind
            return f"{self.program.name} ended with code {self.exit_code}; again in {pause:.0f} s, see {self.log}"
        if now >= self._not_before:
            self._not_before = 0.0
            self.restarts += 1
            self.start()
        return ""

    def ask_to_stop(self) -> None:
        """Only the leader is told: it ends its own workers in order."""
        if self._process is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group, also what outlived its leader."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)


def stop_all(children: list[Child], *, within_seconds: float) -> None:
    """Ask all to stop, wait for them together, and kill what is left of every group."""
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + within_seconds
    while any(child.is_running for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    for child in children:
        child.kill()
