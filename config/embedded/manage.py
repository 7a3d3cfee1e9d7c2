"""bin/manage: manage.py with PostgreSQL and Valkey up, and both database logins in its environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config.embedded.sharing import ServerFailed
from config.embedded.stack import HalfAnAddress, Stack
from config.embedded.workspace import Workspace, read_json

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DEFAULT_FOLDER = CHECKOUT / "var"
RUNNING_DEMO = DEFAULT_FOLDER / "running.json"


def chosen_workspace(arguments: list[str]) -> tuple[Workspace, list[str]]:
    """Return the data folder and the arguments left for manage.py.

    The folder is `--data DIR` in front of the command, else GALLERIA_DATA_DIR, else that of the demo running from this
    checkout, else var/.
    """
    if arguments[:1] == ["--data"] and len(arguments) > 1:
        return Workspace(Path(arguments[1])), arguments[2:]
    if arguments and arguments[0].startswith("--data="):
        return Workspace(Path(arguments[0].removeprefix("--data="))), arguments[1:]
    if folder := os.environ.get("GALLERIA_DATA_DIR"):
        return Workspace(Path(folder)), arguments
    if folder := read_json(RUNNING_DEMO).get("data"):
        workspace = Workspace(Path(folder))
        if workspace.is_supervised:
            return workspace, arguments
    return Workspace(DEFAULT_FOLDER), arguments


def run_with_services(workspace: Workspace, command: list[str]) -> int:
    """Run the command to its end with the services of the workspace, and stop those nobody else uses. Returns its code."""
    workspace.open()
    with Stack(workspace) as stack:
        child = subprocess.Popen(command, env=stack.environment())

        def pass_on(number: int, _frame: FrameType | None) -> None:
            with suppress(ProcessLookupError):
                child.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the child by itself
        code = child.wait()
    return code if code >= 0 else 128 - code


def main() -> int:
    workspace, arguments = chosen_workspace(sys.argv[1:])
    try:
        return run_with_services(
            workspace, [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
        )
    except (ServerFailed, HalfAnAddress) as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
