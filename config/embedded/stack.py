"""Both services of a data folder, with roles and database made, as environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from config.embedded.bootstrap import DatabaseUrls, bootstrap_cluster, bootstrap_embedded
from config.embedded.ports import LOOPBACK
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.sharing import SharedServer
from config.embedded.valkey import EmbeddedValkey
from config.embedded.workspace import Workspace


class HalfAnAddress(RuntimeError):
    """Only one of DATABASE_URL and DATABASE_ADMIN_URL is given."""


class Stack:
    """PostgreSQL and Valkey for one workspace.

    DATABASE_URL with DATABASE_ADMIN_URL, and VALKEY_URL, replace the embedded servers; what is not given is started.
    """

    def __init__(self, workspace: Workspace, given: Mapping[str, str] | None = None) -> None:
        self.workspace = workspace
        self._given = os.environ if given is None else given
        self.servers: list[SharedServer] = []
        self.urls: dict[str, str] = {}

    def start(self) -> dict[str, str]:
        """Start what is missing and return DATABASE_URL, DATABASE_ADMIN_URL and VALKEY_URL."""
        try:
            database = self._database()
            self.urls = {
                "DATABASE_URL": database.app,
                "DATABASE_ADMIN_URL": database.admin,
                "VALKEY_URL": self._given.get("VALKEY_URL") or self._valkey(),
            }
        except BaseException:
            self.stop()
            raise
        return self.urls

    def stop(self, *, even_if_shared: bool = False) -> None:
        """Stop what was started here, the database last."""
        for server in reversed(self.servers):
            server.stop(even_if_shared=even_if_shared)
        self.servers = []

    def halt(self) -> None:
        """Stop the folder's servers whoever started them, before the folder is cleared."""
        for server in (
            EmbeddedValkey(self.workspace.valkey),
            EmbeddedPostgres(self.workspace.postgres),
        ):
            server.halt()

    def environment(self) -> dict[str, str]:
        """Return the URLs with the folder's secrets; whatever the caller's environment says already wins."""
        secrets = self.workspace.secrets()
        settings = {
            "SECRET_KEY": secrets["SECRET_KEY"],
            "GALLERIA_ENCRYPTION_KEYS": secrets["GALLERIA_ENCRYPTION_KEYS"],
            "GALLERIA_DEMO_PASSWORD": secrets["DEMO_PASSWORD"],
        }
        ports = self.workspace.read_ports()
        if "edge" in ports:
            settings["GALLERIA_EXTERNAL_PORT"] = str(ports["edge"])
        if "sandbox" in ports:
            settings["GALLERIA_PAY_SANDBOX_URL"] = f"http://{LOOPBACK}:{ports['sandbox']}"
        own = {"GALLERIA_DATA_DIR": str(self.workspace.folder), **self.urls}
        return {**settings, **self._given, **own}

    def _database(self) -> DatabaseUrls:
        app, admin = self._given.get("DATABASE_URL"), self._given.get("DATABASE_ADMIN_URL")
        if app and admin:
            urls = DatabaseUrls(app=app, admin=admin)
            bootstrap_cluster(urls)
            return urls
        if app or admin:
            raise HalfAnAddress(
                "Give both DATABASE_URL (the login of web and workers) and DATABASE_ADMIN_URL (the owner's), or neither.",
            )
        secrets = self.workspace.secrets()
        server = EmbeddedPostgres(
            self.workspace.postgres,
            port=self._former_port("postgres"),
            password=secrets["POSTGRES_PASSWORD"],
        )
        server.log = self.workspace.logs / "postgres.log"
        superuser_url = server.start()
        self.servers.insert(0, server)
        return bootstrap_embedded(
            superuser_url,
            owner_password=secrets["DATABASE_OWNER_PASSWORD"],
            app_password=secrets["DATABASE_APP_PASSWORD"],
        )

    def _valkey(self) -> str:
        server = EmbeddedValkey(
            self.workspace.valkey,
            port=self._former_port("valkey"),
            password=self.workspace.secrets()["VALKEY_PASSWORD"],
            persistent=True,
        )
        server.log = self.workspace.logs / "valkey.log"
        url = server.start()
        self.servers.append(server)
        return url

    def _former_port(self, name: str) -> int | None:
        port = self.workspace.read_ports().get(name)
        return port if isinstance(port, int) else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
