"""Every environment variable the product reads: its name, meaning and default, in one table."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")


class MissingSetting(RuntimeError):
    """A variable without which this process must not start."""


@dataclass(frozen=True, slots=True)
class Variable(Generic[T]):
    name: str
    meaning: str
    default: T | None
    read: Callable[[str], T]

    def value(self) -> T:
        """The variable, or the contents of the file named by `<NAME>_FILE`, or the default."""
        text = os.environ.get(self.name)
        path = os.environ.get(f"{self.name}_FILE")
        if text is None and path:
            text = Path(path).read_text(encoding="utf-8").strip()
        if text is None or text == "":
            if self.default is None:
                raise MissingSetting(f"Set {self.name} (or {self.name}_FILE): {self.meaning}")
            return self.default
        return self.read(text)


VARIABLES: dict[str, Variable[object]] = {}


def _declare(name: str, meaning: str, default: T | None, read: Callable[[str], T]) -> Variable[T]:
    variable = Variable(name, meaning, default, read)
    VARIABLES[name] = variable  # type: ignore[assignment]
    return variable


def text(name: str, meaning: str, default: str | None = None) -> Variable[str]:
    return _declare(name, meaning, default, str)


def number(name: str, meaning: str, default: int | None = None) -> Variable[int]:
    return _declare(name, meaning, default, int)


def flag(name: str, meaning: str, *, default: bool) -> Variable[bool]:
    return _declare(name, meaning, default, lambda raw: raw.lower() in {"1", "true", "yes", "on"})


def words(name: str, meaning: str, default: tuple[str, ...] | None) -> Variable[tuple[str, ...]]:
    return _declare(name, meaning, default, lambda raw: tuple(raw.replace(",", " ").split()))


SECRET_KEY = text("SECRET_KEY", "signs sessions, tokens and links")
ENCRYPTION_KEYS = words(
    "GALLERIA_ENCRYPTION_KEYS", "keys for secrets at rest, newest first, blank separated", None
)
DATABASE_URL = text("DATABASE_URL", "PostgreSQL login of web and workers (role g_app)")
DATABASE_ADMIN_URL = text(
    "DATABASE_ADMIN_URL", "PostgreSQL owner (g_owner): provisioning worker and commands only", ""
)
VALKEY_URL = text(
    "VALKEY_URL", "Valkey or Redis: broker, cache, nudges", "redis://127.0.0.1:6379/0"
)
ROOT_HOST = text("GALLERIA_ROOT_HOST", "host of the public site", "galleria.localhost")
EXTERNAL_SCHEME = text("GALLERIA_EXTERNAL_SCHEME", "scheme that visitors use", "http")
EXTERNAL_PORT = number(
    "GALLERIA_EXTERNAL_PORT", "port that visitors use; 0 = the scheme's own", 8000
)
TRUSTED_PROXIES = number(
    "GALLERIA_TRUSTED_PROXIES", "proxies of ours in front of web; rate limits ask them who calls", 1
)
DATA_DIR = text("GALLERIA_DATA_DIR", "folder for media, mail and logs of the default set-up", "var")
POOL_TARGET = number("GALLERIA_POOL_TARGET", "ready schemas to keep in the pool", 4)
DEMO_PASSWORD = text(
    "GALLERIA_DEMO_PASSWORD", "password of every sign-in that the demo makes; empty = no demo", ""
)
CRASH_AT = text(
    "GALLERIA_CRASH_AT", "tests only: the named point where the process kills itself", ""
)
PAY_SANDBOX_URL = text("GALLERIA_PAY_SANDBOX_URL", "base address of the payment sandbox", "")
S3_BUCKET = text("GALLERIA_S3_BUCKET", "bucket for media; empty = files in the data folder", "")
S3_ENDPOINT = text("GALLERIA_S3_ENDPOINT", "address of an S3 compatible store", "")
S3_REGION = text("GALLERIA_S3_REGION", "region of the bucket", "")
SENTRY_DSN = text("SENTRY_DSN", "where defects are reported; empty = nowhere", "")
LOG_LEVEL = text("GALLERIA_LOG_LEVEL", "least serious log lines to write", "INFO")
MAIL_BACKEND = text(
    "GALLERIA_MAIL_BACKEND",
    "Django e-mail backend",
    "shared_apps.mailer.domain.mailbox.FileMailbox",
)


def database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a postgresql:// address."""
    parts = urlsplit(url)
    return {
        "ENGINE": "tenants.postgresql_backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
