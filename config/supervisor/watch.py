"""Keeps servers and processes alive until it is told to stop, then leaves nothing running."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psutil

from config.embedded.sharing import SharedServer, last_lines
from config.embedded.workspace import Workspace, read_json, write_json
from config.supervisor.child import Child, Program, stop_all

TICK_SECONDS = 0.2


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


class ProgramFailed(RuntimeError):
    """A program that must succeed before the rest did not."""


class Supervisor:
    def __init__(self, workspace: Workspace, tell: Callable[[str], None]) -> None:
        self.workspace = workspace
        self.tell = tell
        self.servers: list[SharedServer] = []
        self.children: list[Child] = []
        self.errands: list[Child] = []
        self._is_stopping = False

    def listen(self) -> None:
        """From here on SIGINT, SIGTERM and SIGHUP end the run in order; a second one changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_stop)

    def _note_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def pause(self, seconds: float = TICK_SECONDS) -> None:
        """Sleep; raises Stopped as soon as somebody asked to stop."""
        until = time.monotonic() + seconds
        while not self._is_stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, TICK_SECONDS))
        if self._is_stopping:
            raise Stopped

    def run(self, programs: Iterable[Program]) -> None:
        """Run programs side by side to their ends; raises ProgramFailed with the last lines of the first that failed."""
        running = [self.send(program) for program in programs]
        while any(child.is_running for child in running):
            self.pause(0.05)
        for child in running:
            if child.exit_code != 0:
                name = child.program.name
                raise ProgramFailed(
                    f"{name} failed with code {child.exit_code}.\n{last_lines(child.log)}"
                )

    def start(self, program: Program) -> Child:
        """Start a program that has to run as long as we do."""
        return self._started(program, self.children)

    def send(self, program: Program) -> Child:
        """Start a program that runs to its end by itself and is not started again."""
        return self._started(program, self.errands)

    def _started(self, program: Program, among: list[Child]) -> Child:
        child = Child(program, self.workspace.logs / f"{program.name}.log")
        child.start()
        among.append(child)
        self._record()
        return child

    def wait_until_well(self, children: Iterable[Child], within_seconds: float) -> list[Child]:
        """Wait for the children together; returns those that are still not well when the time is over."""
        waiting = list(children)
        until = time.monotonic() + within_seconds
        while waiting and time.monotonic() < until:
            waiting = [child for child in waiting if not child.is_well()]
            for child in waiting:
                if happened := child.watch():
                    self.tell(happened)
            self.pause(0.1 if waiting else 0.0)
        return waiting

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything alive until `until()` says so. Raises Stopped when asked to stop."""
        while not until():
            for server in self.servers:
                if server.running_pid() is None:
                    self.tell(f"{server.name} ended; starting it again, see {server.log}")
                    server.start()
            for child in self.children:
                before = child.pid
                if happened := child.watch():
                    self.tell(happened)
                if child.pid != before:
                    self._record()
            self.pause()

    def stop(self) -> None:
        """Stop the processes together, then the servers, the database last."""
        stop_all([*self.children, *self.errands])
        self.children, self.errands = [], []
        self._record()
        for server in reversed(self.servers):
            server.stop(even_if_shared=True)

    def _record(self) -> None:
        """Note who runs, so that a start after `kill -9` of this process finds what it left behind."""
        everybody = [*self.children, *self.errands]
        running = {str(child.pid): _born(child.pid) for child in everybody if child.pid}
        write_json(_record_of(self.workspace), running)


def sweep_leftovers(workspace: Workspace) -> int:
    """Kill the process groups a killed supervisor left on this folder; returns how many. Only for the holder of its lock."""
    left = 0
    for text, born in read_json(_record_of(workspace)).items():
        pid = int(text)
        if born and _born(pid) == born:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
                left += 1
    return left


def _born(pid: int | None) -> float:
    """The moment a process started, which together with its id names it for good; 0 if there is none."""
    try:
        return psutil.Process(pid).create_time() if pid else 0.0
    except psutil.NoSuchProcess:
        return 0.0


def _record_of(workspace: Workspace) -> Path:
    return workspace.folder / "processes.json"
