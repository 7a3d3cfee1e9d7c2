"""Finds or installs Chromium, then runs pytest. Standard library only; the tests start their own services."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = "--no-browser"


def main() -> int:
    asked = [argument for argument in sys.argv[1:] if argument != NO_BROWSER]
    environment = dict(os.environ)
    if NO_BROWSER in sys.argv[1:]:
        asked = ["-m", "not browser", *asked]
    else:
        browser = find_browser() or install_browser()
        if browser is None:
            return 1
        environment["GALLERIA_CHROMIUM"] = browser
    command = [sys.executable, "-m", "pytest", *spread(asked), *asked]
    return subprocess.call(command, cwd=ROOT, env=environment)


def spread(asked: list[str]) -> list[str]:
    """Two processes, a file in one of them, unless the caller says how; a named test alone runs in one."""
    says_how = any(
        argument.startswith(("-n", "--numprocesses", "--dist", "--pdb", "-s")) for argument in asked
    )
    names_tests = any("::" in argument or argument.endswith(".py") for argument in asked)
    return [] if says_how or names_tests else ["-n", "2", "--dist", "loadfile"]


def find_browser() -> str | None:
    named = os.environ.get("GALLERIA_CHROMIUM")
    found = [named, *(shutil.which(name) for name in BROWSERS)]
    return next((path for path in found if path and Path(path).exists()), None)


def install_browser() -> str | None:
    """Return the browser, or None after saying what the caller has to do."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    may = shutil.which("apt-get") and (not sudo or allows(sudo))
    if may:
        print("Installing Chromium for the browser tests", file=sys.stderr)
        done = run([*sudo, "apt-get", "update", "-qq"]) and run(
            [*sudo, "apt-get", "install", "-y", "-qq", "chromium"]
        )
        browser = find_browser() if done else None
        if browser:
            return browser
    print(
        "The browser tests need Chromium, which is not here and cannot be installed by this user.\n"
        "Install it (Debian: apt-get install chromium), or name it with GALLERIA_CHROMIUM=/path/to/chromium,\n"
        f"or leave those tests out: bin/test {NO_BROWSER}",
        file=sys.stderr,
    )
    return None


def allows(sudo: list[str]) -> bool:
    return shutil.which(sudo[0]) is not None and run([*sudo, "true"])


def run(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=subprocess.DEVNULL if command[-1] == "true" else None,
        check=False,
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
