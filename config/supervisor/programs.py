"""The processes of the house, as a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.supervisor.child import STOP_WITHIN_SECONDS, Probe, Program

CHECKOUT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
ADMIN_VARIABLES = ("DATABASE_ADMIN_URL", "DATABASE_ADMIN_URL_FILE")
WEB_WORKERS, WEB_THREADS = 2, 4


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each process listens; `edge` is the visitors' port, all others are internal."""

    edge: int
    web: int
    realtime: int
    sandbox: int


@dataclass(frozen=True, slots=True)
class House:
    """What the table is made from: `environment` holds both database logins, the table gives the owner's to few."""

    folder: Path
    caddyfile: Path
    root_host: str
    ports: Ports
    environment: Mapping[str, str]

    @property
    def pay_host(self) -> str:
        return f"pay.{self.root_host}"

    @property
    def without_owner(self) -> dict[str, str]:
        """The environment of everything that serves visitors: it cannot become the owner of the database."""
        return {
            name: value for name, value in self.environment.items() if name not in ADMIN_VARIABLES
        }


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(CHECKOUT / "manage.py"), *arguments)


def has_command(name: str) -> bool:
    """Whether a room of the house brings this management command."""
    return any(CHECKOUT.glob(f"*/management/commands/{name}.py")) or any(
        CHECKOUT.glob(f"*/*/management/commands/{name}.py")
    )


def preparations(house: House) -> list[Program]:
    """What has to succeed before the first process starts; side by side."""
    schema = "prepare" if has_command("prepare") else "migrate"
    return [
        Program("prepare", manage(schema), house.environment),
        Program(
            "collectstatic",
            manage("collectstatic", "--noinput", "--verbosity", "0"),
            house.without_owner,
        ),
    ]


def front_programs(house: House) -> list[Program]:
    """What stands between a visitor and the first page."""
    return [_web(house), _edge(house)]


def back_programs(house: House) -> list[Program]:
    """Everything else that runs as long as the house does."""
    return [_realtime(house), _sandbox(house), *_background(house)]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which programs run when. The product has one plan; tests of the supervisor bring a smaller one."""

    before: Callable[[House], list[Program]] = preparations
    front: Callable[[House], list[Program]] = front_programs
    back: Callable[[House], list[Program]] = back_programs
    stop_within_seconds: float = STOP_WITHIN_SECONDS


def _web(house: House) -> Program:
    size = (
        "--workers",
        str(WEB_WORKERS),
        "--threads",
        str(WEB_THREADS),
        "--worker-class",
        "gthread",
    )
    times = ("--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "30")
    place = ("--bind", f"127.0.0.1:{house.ports.web}", "--no-control-socket", "--preload")
    command = python("-m", "gunicorn", *size, *times, *place, "config.wsgi:application")
    # Each thread's own heap would keep what its largest page once needed.
    environment = {**house.without_owner, "MALLOC_ARENA_MAX": "2"}
    return Program("web", command, environment, Probe(house.ports.web, "/health/live"))


def _edge(house: House) -> Program:
    command = (
        str(BIN / "caddy"),
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        str(house.caddyfile),
    )
    environment = {
        "HOME": str(house.folder),
        "XDG_DATA_HOME": str(house.folder),
        "XDG_CONFIG_HOME": str(house.folder),
    }
    return Program(
        "edge", command, environment, Probe(house.ports.edge, "/health/live", house.root_host)
    )


def _realtime(house: House) -> Program:
    place = ("--host", "127.0.0.1", "--port", str(house.ports.realtime))
    limits = ("--no-access-log", "--timeout-graceful-shutdown", "3", "--lifespan", "on")
    command = python("-m", "uvicorn", "config.realtime:application", *place, *limits)
    return Program(
        "realtime", command, house.without_owner, Probe(house.ports.realtime, "/rt/health")
    )


def _sandbox(house: House) -> Program:
    """The gateways' stand-in; visitors reach its payment pages through the edge, under a host of its own."""
    memory = ("--data", str(house.folder / "sandbox" / "payments.sqlite"))
    place = (
        "--port",
        str(house.ports.sandbox),
        "--public-url",
        f"http://{house.pay_host}:{house.ports.edge}",
    )
    command = python("-m", "shared_apps.gateways.sandbox", *place, *memory)
    return Program("sandbox", command, house.without_owner)


def _background(house: House) -> list[Program]:
    beat_file = str(house.folder / "celerybeat-schedule")
    return [
        Program(
            "worker", _worker("critical,default,bulk", "--concurrency", "2"), house.without_owner
        ),
        Program("provisioning", _worker("provisioning", "--pool", "solo"), house.environment),
        Program(
            "beat", _celery("beat", "--schedule", beat_file, "--pidfile", ""), house.without_owner
        ),
        Program("relay", manage("relay"), house.without_owner),
    ]


def _worker(queues: str, *options: str) -> tuple[str, ...]:
    name = queues.split(",", maxsplit=1)[0]
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
    return _celery("worker", "--queues", queues, "--hostname", f"{name}@%h", *quiet, *options)


def _celery(*arguments: str) -> tuple[str, ...]:
    return python("-m", "celery", "--app", "config.celery:app", *arguments)
