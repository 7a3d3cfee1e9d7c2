"""Makes .venv hold exactly requirements.lock: with uv, else with venv and pip. Standard library only."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = ENVIRONMENT / "galleria.stamp"


def main() -> int:
    if ENVIRONMENT.is_symlink():
        return check_borrowed()
    wanted = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {sys.version_info.major}.{sys.version_info.minor}\n"
    if is_current(wanted):
        return 0
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(wanted):  # another command made it while we waited
            return 0
        print("Installing the packages of requirements.lock into .venv", file=sys.stderr)
        STAMP.unlink(missing_ok=True)
        install()
        STAMP.write_text(wanted)
    return 0


def check_borrowed() -> int:
    """A linked .venv belongs to whoever made it: never installed into, only asked whether it is there."""
    if PYTHON.exists():
        return 0
    print(
        f".venv links to {ENVIRONMENT.readlink()}, which holds no Python. Remove the link.",
        file=sys.stderr,
    )
    return 1


def is_current(wanted: str) -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted


def install() -> None:
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)])
        run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(LOCK)])
        return
    ensure_venv_module()
    run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "install", "--no-deps", "--require-hashes", "--requirement", str(LOCK)])


def ensure_venv_module() -> None:
    """Debian splits venv's pip from Python: fetch it when we may, else say what to install."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "-qq"])
        run(["apt-get", "install", "-y", "-qq", package], DEBIAN_FRONTEND="noninteractive")
        return
    sys.exit(
        f"This Python cannot make environments. Install {package} (as root: apt-get install {package}), or uv."
    )


def run(command: list[str], **extra: str) -> None:
    done = subprocess.run(
        command,
        env={**os.environ, **extra},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"Failed ({done.returncode}): {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
