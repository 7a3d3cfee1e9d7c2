"""A data folder: where each thing lies, its generated secrets, and who is using it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

SECRET_NAMES = (
    "SECRET_KEY",
    "GALLERIA_ENCRYPTION_KEYS",
    "POSTGRES_PASSWORD",
    "DATABASE_OWNER_PASSWORD",
    "DATABASE_APP_PASSWORD",
    "VALKEY_PASSWORD",
    "DEMO_PASSWORD",
)
KEPT_BY_FRESH = ("test", "check")


class WorkspaceInUse(RuntimeError):
    """Another supervisor runs on the same data."""


class Workspace:
    """The folder DIR of bin/demo and bin/manage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.postgres = self.folder / "postgres"
        self.valkey = self.folder / "valkey"
        self.logs = self.folder / "logs"
        self.ports_file = self.folder / "ports.json"
        self.secrets_file = self.folder / "secrets.env"
        self.demo_file = self.folder / "demo.json"
        self.caddyfile = self.folder / "Caddyfile"
        self._lock: IO[str] | None = None

    @property
    def is_supervised(self) -> bool:
        """Whether a supervisor runs on this folder now."""
        try:
            with (self.folder / "supervisor.lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def open(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)

    def read_ports(self) -> dict[str, Any]:
        return read_json(self.ports_file)

    def secrets(self) -> dict[str, str]:
        """Return the generated secrets; made at the first call, and added to when the house learns to need another."""
        self.open()
        known = self._read_secrets()
        missing = [name for name in SECRET_NAMES if name not in known]
        if missing:
            known |= {name: _new_secret(name) for name in missing}
            lines = "".join(f"{name}={value}\n" for name, value in known.items())
            growing = self.secrets_file.with_suffix(f".{os.getpid()}")
            growing.touch(mode=0o600)
            growing.write_text(f"# Generated for this folder. Production brings its own.\n{lines}")
            growing.replace(self.secrets_file)
        return known

    def _read_secrets(self) -> dict[str, str]:
        with suppress(FileNotFoundError):
            lines = self.secrets_file.read_text().splitlines()
            return dict(
                line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")
            )
        return {}

    def lock(self, **facts: object) -> None:
        """Take the folder for one supervisor; `facts` are told to whoever comes second. Freed when the process ends."""
        self.open()
        lock = (self.folder / "supervisor.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = read_json(self.folder / "supervisor.lock")
            lock.close()
            raise WorkspaceInUse(
                f"The data in {self.folder} is in use by process {holder.get('pid', 'unknown')}, "
                f"which answers on port {holder.get('port', 'unknown')}. "
                "Stop it first, or give another folder with --data DIR and another port with --port.",
            ) from None
        self._lock = lock
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), **facts}))
        lock.flush()

    def clear(self) -> None:
        """Delete everything in the folder but the test suite's own and the lock. Only for the holder of the lock."""
        for entry in self.folder.iterdir():
            if entry.name in KEPT_BY_FRESH or entry.name == "supervisor.lock":
                continue
            if entry.is_symlink():
                shutil.rmtree(entry.resolve(), ignore_errors=True)
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.open()


def write_json(path: Path, value: object, *, private: bool = False) -> None:
    """Write so that a reader never sees half of it."""
    growing = path.with_name(f".{path.name}.{os.getpid()}")
    growing.touch(mode=0o600 if private else 0o644)
    growing.write_text(json.dumps(value, indent=2) + "\n")
    growing.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    with suppress(FileNotFoundError, ValueError):
        value = json.loads(path.read_text())
        if isinstance(value, dict):
            return value
    return {}


def _new_secret(name: str) -> str:
    if name == "DEMO_PASSWORD":
        return f"demo-{secrets.token_hex(4)}"
    return secrets.token_urlsafe(40 if name == "SECRET_KEY" else 24)
