"""A server that several processes use at once: the first starts it, the last stops it, a killed one is forgotten."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil

READY_WITHIN_SECONDS = 60.0
# After a crash the dead server's own processes hold its memory and files a little longer.
LEFTOVERS_GONE_WITHIN_SECONDS = 10.0
STOPPED_WITHIN_SECONDS = 30.0


class ServerFailed(RuntimeError):
    """A server did not start; the message ends with the last lines it wrote."""


class SharedServer(ABC):
    """Counts its users with file locks, which the system drops when a process dies.

    `<folder>.starting` is held while somebody starts or stops; `<folder>.users` is held shared by everybody who uses the
    server, so whoever can take it exclusively is the last one.
    """

    name: str
    stop_signal: signal.Signals
    kill_signal: signal.Signals

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder.with_name(f"{self.folder.name}.log")
        self._users: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address of the running server, with the credentials it was made with."""

    @property
    @abstractmethod
    def port(self) -> int:
        """The port of the running server."""

    @abstractmethod
    def keep_port(self) -> None:
        """Ask for the same port when the server is started again: its clients know that one."""

    @abstractmethod
    def running_pid(self) -> int | None:
        """The process that serves this folder now, if one does."""

    @abstractmethod
    def _is_ready(self) -> bool: ...

    @abstractmethod
    def _launch(self, log: IO[bytes]) -> subprocess.Popen[bytes]: ...

    def start(self) -> str:
        """Join the users of the server, start it when nobody has, and return its URL."""
        with self._starting():
            if self._users is None:
                self._users = self.folder.with_name(f"{self.folder.name}.users").open("wb")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            if self.running_pid() is None:
                self._start_process()
            self.keep_port()
        return self.url

    def stop(self, *, even_if_shared: bool = False) -> None:
        """Leave the users of the server; the last one stops it. `even_if_shared` stops it under the others too."""
        if self._users is None:
            return
        with self._starting():
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_last = True
            except BlockingIOError:
                is_last = False
            if is_last or even_if_shared:
                self._stop_process()
            self._users.close()
            self._users = None

    def halt(self) -> None:
        """Stop the server under everybody, also one that a killed process left running."""
        with self._starting():
            self._stop_process()

    def is_healthy(self) -> bool:
        return self.running_pid() is not None and self._is_ready()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @contextmanager
    def _starting(self) -> Iterator[None]:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_name(f"{self.folder.name}.starting").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start_process(self) -> None:
        give_up_at = time.monotonic() + LEFTOVERS_GONE_WITHIN_SECONDS
        is_back = self._child is not None
        while not self._tried_to_start():
            if not is_back or time.monotonic() > give_up_at:
                raise ServerFailed(f"{self.name} did not start.\n{last_lines(self.log)}")
            time.sleep(0.2)

    def _tried_to_start(self) -> bool:
        if self._child is not None:
            # A child that nobody waited for is still a process, and its successor believes it alive.
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(STOPPED_WITHIN_SECONDS)
        with self.log.open("ab") as log:
            self._child = self._launch(log)
        until = time.monotonic() + READY_WITHIN_SECONDS
        while not self.is_healthy():
            if self._child.poll() is not None or time.monotonic() > until:
                self._stop_process()
                return False
            time.sleep(0.05)
        return True

    def _stop_process(self) -> None:
        pid = self.running_pid()
        if pid is None and self._child is not None and self._child.poll() is None:
            pid = self._child.pid
        if pid is None:
            return
        for stop, patience in ((self.stop_signal, STOPPED_WITHIN_SECONDS), (self.kill_signal, 5.0)):
            with suppress(ProcessLookupError):
                os.kill(pid, stop)
            if self._is_gone(pid, patience):
                return
        raise ServerFailed(f"{self.name} (process {pid}) does not stop.\n{last_lines(self.log)}")

    def _is_gone(self, pid: int, patience: float) -> bool:
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self._child is not None and self._child.pid == pid:
                self._child.poll()  # reaps it
            if not is_alive(pid):
                return True
            time.sleep(0.02)
        return False


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def runs_program(pid: int, program: str) -> bool:
    """Whether the process is alive and is that program; process ids are used again after a crash."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.name() == program
    except psutil.NoSuchProcess:
        return False


def last_lines(log: Path, count: int = 20) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(lines[-count:])
