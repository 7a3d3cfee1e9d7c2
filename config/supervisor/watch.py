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
from config.supervisor.child import STOP_WITHIN_SECONDS, Child, Program, stop_all

TICK_SECONDS = 0.2


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


class ProgramFailed(RuntimeError):
    """A program that must succeed before the rest did not."""


class Supervisor:
    def __init__(
        self,
        workspace: Workspace,
        tell: Callable[[str], None],
        *,
        stop_within_seconds: float = STOP_WITHIN_SECONDS,
    ) -> None:
        self.workspace = workspace
        self.tell = tell
        self.stop_within_seconds = stop_within_seconds
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
        self.errands = [child for child in self.errands if child not in running]
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
        stop_all([*self.children, *self.errands], within_seconds=self.stop_within_seconds)
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
    left = [
        psutil.Process(int(pid))
        for pid, born in read_json(_record_of(workspace)).items()
        if _is_same(int(pid), born)
    ]
    for process in left:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)  # their ports are free then
    return len(left)


def _is_same(pid: int, born: float) -> bool:
    return bool(born) and _born(pid) == born


def _born(pid: int | None) -> float:
    """The moment a process started, which together with its id names it for good; 0 if there is none."""
    try:
        return psutil.Process(pid).create_time() if pid else 0.0
    except psutil.NoSuchProcess:
        return 0.0


def _record_of(workspace: Workspace) -> Path:
    return workspace.folder / "processes.json"
