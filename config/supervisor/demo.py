"""bin/demo: everything from nothing, on one machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config.embedded.manage import DEFAULT_FOLDER, RUNNING_DEMO
from config.embedded.ports import LOOPBACK, free_port, is_free
from config.embedded.sharing import ServerFailed
from config.embedded.stack import HalfAnAddress, Stack
from config.embedded.workspace import Workspace, WorkspaceInUse, read_json, write_json
from config.supervisor.child import Probe, Program
from config.supervisor.edge import Edge, caddyfile
from config.supervisor.programs import CHECKOUT, House, Plan, Ports, has_command, manage
from config.supervisor.watch import ProgramFailed, Stopped, Supervisor, sweep_leftovers

FIRST_PAGE_WITHIN_SECONDS = 90.0
ROOT_HOST = os.environ.get("GALLERIA_ROOT_HOST") or "galleria.localhost"


PRODUCT = Plan()


class PortInUse(RuntimeError):
    """The visitors' port is taken."""


def main(arguments: Sequence[str] | None = None, plan: Plan = PRODUCT) -> int:
    options = read_options(arguments)
    workspace = Workspace(options.data)
    supervisor = Supervisor(workspace, tell, stop_within_seconds=plan.stop_within_seconds)
    stack = Stack(workspace)
    try:
        workspace.lock(port=options.port)
        supervisor.listen()
        run(options, supervisor, stack, plan)
    except Stopped:
        tell("Stopping")
    except (WorkspaceInUse, PortInUse, ProgramFailed, ServerFailed, HalfAnAddress) as failure:
        tell(str(failure))
        return 1
    finally:
        supervisor.stop()
    tell(f"Stopped. The data stays in {workspace.folder}")
    return 0


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/demo", description="Galleria with everything it needs. Ctrl-C stops it."
    )
    parser.add_argument("--port", type=int, default=8000, help="port for visitors (default 8000)")
    parser.add_argument(
        "--bind", default=LOOPBACK, help=f"address to listen on (default {LOOPBACK})"
    )
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_FOLDER, help="folder for all data (default var)"
    )
    parser.add_argument("--fresh", action="store_true", help="delete the data in that folder first")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, supervisor: Supervisor, stack: Stack, plan: Plan) -> None:
    """Bring everything up, tell how to use it, and keep it up until somebody asks to stop."""
    began, workspace = time.monotonic(), supervisor.workspace
    sweep_leftovers(workspace)
    if options.fresh:
        stack.halt()
        workspace.clear()
    if not is_free(options.port, options.bind):
        raise PortInUse(f"Port {options.port} is in use: choose another with --port.")
    tell(f"Galleria demo, data in {workspace.folder}")
    ports = choose_ports(workspace, options.port)
    stack.start()
    supervisor.servers = stack.servers
    forget_counts(workspace)
    remember(workspace, ports, stack)
    house = make_house(workspace, ports, stack)
    workspace.caddyfile.write_text(caddyfile(make_edge(options.bind, house)))
    tell(
        f"Database and queue are up ({time.monotonic() - began:.1f} s); preparing schemas and static files"
    )
    supervisor.run(plan.before(house))
    serve_first_page(supervisor, house, plan)
    write_demo_file(workspace, house)
    tell(f"First page after {time.monotonic() - began:.1f} s")
    tell_addresses(workspace)
    seed(supervisor, house)
    supervisor.watch()


def choose_ports(workspace: Workspace, edge: int) -> Ports:
    """Keep the internal ports of the last run where they are free: logs and open tabs stay true."""
    former = workspace.read_ports()
    chosen: dict[str, int] = {"edge": edge}
    for name in ("web", "realtime", "sandbox"):
        chosen[name] = free_port(former.get(name), avoid=frozenset(chosen.values()))
    return Ports(**chosen)


def forget_counts(workspace: Workspace) -> None:
    """Every process counts into a file of its own: those of processes long gone only grow in number."""
    shutil.rmtree(workspace.folder / "metrics", ignore_errors=True)


def remember(workspace: Workspace, ports: Ports, stack: Stack) -> None:
    servers = {server.folder.name: server.port for server in stack.servers}
    write_json(workspace.ports_file, {**asdict(ports), **servers})
    if os.access(CHECKOUT, os.W_OK):
        RUNNING_DEMO.parent.mkdir(exist_ok=True)
        write_json(RUNNING_DEMO, {"data": str(workspace.folder)})


def make_house(workspace: Workspace, ports: Ports, stack: Stack) -> House:
    own = {
        "GALLERIA_EXTERNAL_PORT": str(ports.edge),
        "GALLERIA_PAY_SANDBOX_URL": f"http://{LOOPBACK}:{ports.sandbox}",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
    }
    environment = {**stack.environment(), **own}
    return House(workspace.folder, workspace.caddyfile, ROOT_HOST, ports, environment)


def make_edge(bind: str, house: House) -> Edge:
    ports = house.ports
    return Edge(
        bind=bind,
        port=ports.edge,
        web=ports.web,
        realtime=ports.realtime,
        sandbox=ports.sandbox,
        pay_host=house.pay_host,
        storage=house.folder / "caddy",
    )


def serve_first_page(supervisor: Supervisor, house: House, plan: Plan) -> None:
    """Start what a visitor meets and wait until it answers; the rest starts behind it."""
    front = [supervisor.start(program) for program in plan.front(house)]
    if late := supervisor.wait_until_well(front, FIRST_PAGE_WITHIN_SECONDS):
        logs = ", ".join(str(child.log) for child in late)
        raise ProgramFailed(f"No page after {FIRST_PAGE_WITHIN_SECONDS:.0f} s; see {logs}")
    if not Probe(house.ports.edge, "/", ROOT_HOST).answers():
        tell(f"The first page fails; see {supervisor.workspace.logs / 'web.log'}")
    for program in plan.back(house):
        supervisor.start(program)


def seed(supervisor: Supervisor, house: House) -> None:
    """Fill the demo tenants behind the visitors' backs; a second start finds them filled."""
    if not has_command("demo_seed"):
        return
    tell("Filling the demo tenants in the background")
    child = supervisor.send(Program("demo_seed", manage("demo_seed"), house.environment))
    supervisor.watch(until=lambda: not child.is_running)
    if child.exit_code:
        tell(f"Filling the demo tenants failed with code {child.exit_code}; see {child.log}")
        return
    tell("The demo tenants are filled")
    tell_tenants(supervisor.workspace)


def write_demo_file(workspace: Workspace, house: House) -> None:
    """Write where to connect; what demo_seed wrote about its tenants stays."""
    port = house.ports.edge
    known = read_json(workspace.demo_file)
    places = {
        name: {**known.get(name, {}), "host": host, "url": f"http://{host}:{port}/"}
        for name, host in (("site", ROOT_HOST), ("console", f"console.{ROOT_HOST}"))
    }
    connect = {"host": LOOPBACK, "port": port}
    write_json(
        workspace.demo_file, {"tenants": [], **known, "connect": connect, **places}, private=True
    )


def tell_addresses(workspace: Workspace) -> None:
    facts = read_json(workspace.demo_file)
    tell(f"  site      {facts['site']['url']}")
    tell(f"  console   {facts['console']['url']}")
    tell(f"  mailbox   {facts['console']['url']}dev/mailbox")
    tell(f"  sign-ins  {workspace.demo_file}")
    tell(
        "Not every system resolves *.localhost: browsers do; scripts connect to 127.0.0.1 and send the Host header."
    )
    tell("Ctrl-C stops everything.")


def tell_tenants(workspace: Workspace) -> None:
    facts = read_json(workspace.demo_file)
    tell_sign_ins("console", facts.get("console", {}))
    for tenant in facts.get("tenants", []):
        tell(
            f"  {tenant.get('name', tenant.get('host'))}: http://{tenant.get('host')}:{facts['connect']['port']}/"
        )
        tell_sign_ins("  ", tenant)


def tell_sign_ins(where: str, place: dict[str, Any]) -> None:
    for role, sign_in in place.get("sign_ins", {}).items():
        tell(f"  {where} {role:<12}{sign_in.get('email')}  {sign_in.get('password')}")


def tell(line: str) -> None:
    print(line, flush=True)
