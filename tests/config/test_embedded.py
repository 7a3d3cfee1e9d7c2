from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.embedded.account import REACHABLE_HOME
from config.embedded.bootstrap import DatabaseUrls, bootstrap_cluster, bootstrap_embedded
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.sharing import ServerFailed, is_alive
from config.embedded.stack import HalfAnAddress, Stack
from config.embedded.valkey import EmbeddedValkey
from config.embedded.workspace import Workspace

pytestmark = pytest.mark.slow


def value_of(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def test_last_user_stops_the_server(folder: Path) -> None:
    first, second = (
        EmbeddedPostgres(folder / "pg", fsync=False),
        EmbeddedPostgres(folder / "pg", fsync=False),
    )
    assert first.start() == second.start()
    pid = first.running_pid()
    assert pid
    first.stop()
    assert second.is_healthy()
    second.stop()
    assert not is_alive(pid)
    second.stop()  # nothing to leave: no harm


def test_server_of_a_killed_process_is_taken_over_and_stopped(folder: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from config.embedded.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1]), fsync=False).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(folder / "pg")], check=False, cwd=Path(__file__).parents[2]
    )
    heir = EmbeddedPostgres(folder / "pg", fsync=False)
    pid = heir.running_pid()
    assert pid
    heir.start()
    assert heir.running_pid() == pid
    heir.stop()
    assert not is_alive(pid)


def test_committed_rows_survive_a_killed_server(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg") as server:
        port = server.port
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        pid = server.running_pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert server._is_gone(pid, 5)
        server.start()
        assert server.port == port
        assert value_of(server.url, "SELECT answer FROM kept") == 42


def test_roles_grant_the_app_nothing_of_its_own(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg", fsync=False, password="secret of the superuser") as server:
        urls = bootstrap_embedded(server.url, owner_password="owner's", app_password="app's")
        assert (
            bootstrap_embedded(server.url, owner_password="new", app_password="app's").app
            == urls.app
        )
        owner = urls.admin.replace("owner%27s", "new")
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE public.thing (); GRANT SELECT ON public.thing TO g_platform"
            )
            connection.execute(
                "CREATE ROLE t_abc; GRANT tenant_rw TO t_abc; GRANT t_abc TO g_app WITH INHERIT FALSE"
            )
        with psycopg.connect(urls.app, autocommit=True) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT FROM public.thing")
            connection.execute("SET ROLE g_platform")
            connection.execute("SELECT FROM public.thing")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE public.other ()")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SET ROLE g_owner")
            connection.execute("SET ROLE t_abc")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(urls.app.replace("app%27s", "guess"))


def test_collation_and_settings_are_those_the_house_relies_on(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        urls = bootstrap_embedded(server.url)
        assert value_of(urls.admin, "SHOW wal_level") == "logical"
        assert value_of(urls.admin, "SHOW max_locks_per_transaction") == "1024"
        locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()"
        assert value_of(urls.admin, locale) == "bC.UTF-8"
        assert value_of(urls.admin, "SELECT upper('é')") == "É"
        assert (
            value_of(
                urls.admin,
                "SELECT count(*) FROM pg_extension WHERE extnamespace = 'ext'::regnamespace",
            )
            == 4
        )


def test_an_external_cluster_needs_only_an_owner_who_may_make_roles(folder: Path) -> None:
    """As on a managed PostgreSQL: no superuser, another owner's name, the database not there yet."""
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE ROLE landlord LOGIN CREATEROLE CREATEDB")
        place = f"127.0.0.1:{server.port}/market"
        urls = DatabaseUrls(
            app=f"postgresql://tenant_of_it@{place}", admin=f"postgresql://landlord@{place}"
        )
        bootstrap_cluster(urls)
        bootstrap_cluster(urls)
        assert value_of(urls.app, "SELECT current_database()") == "market"
        assert (
            value_of(urls.admin, "SELECT rolsuper FROM pg_roles WHERE rolname = 'tenant_of_it'")
            is False
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the data to another account")
def test_as_root_the_data_goes_where_its_account_can_reach(tmp_path: Path, folder: Path) -> None:
    tmp_path.chmod(0o700)
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        assert (folder / "pg").is_symlink()
        assert server.data.is_relative_to(REACHABLE_HOME)
        assert server.data.stat().st_uid != 0
    assert tmp_path.stat().st_mode & 0o777 == 0o700, "parent folders are not ours to change"
    (folder / "pg").unlink()  # deleted by its owner: what it stood for is gone with it
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        assert value_of(server.url, "SELECT count(*) FROM pg_database") == 3


def test_data_of_another_major_version_is_refused(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        version = server.data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ServerFailed, match="made by PostgreSQL 17 and this is 18"):
        server.start()
    server.stop()


def test_persistent_valkey_keeps_its_keys_and_asks_for_its_password(folder: Path) -> None:
    import redis

    with EmbeddedValkey(folder / "valkey", persistent=True, password="s3cret") as server:
        redis.Redis.from_url(server.url).set("kept", "yes")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=server.port).get("kept")
    with server:
        assert redis.Redis.from_url(server.url).get("kept") == b"yes"


def test_half_an_address_is_refused(folder: Path) -> None:
    with pytest.raises(HalfAnAddress):
        Stack(
            Workspace(folder), {"DATABASE_URL": "postgresql://g_app@127.0.0.1:1/galleria"}
        ).start()


def test_secrets_are_made_once_and_private(folder: Path) -> None:
    workspace = Workspace(folder)
    assert workspace.secrets() == workspace.secrets()
    assert workspace.secrets_file.stat().st_mode & 0o777 == 0o600
