"""Where bytes lie: below the bound scope's own prefix, in files or in an S3 compatible store."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import cast
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils._os import safe_join

from shared_apps.kernel.context import TenantContext, required_scope
from shared_apps.kernel.errors import InvariantBroken, NotFound


class NoSuchFile(NotFound):
    code, title = "record_not_found", "There is no such file here"


def scope_prefix() -> str:
    """The folder of the bound scope, which no name can leave (rule)."""
    scope = required_scope()
    return f"tenants/{scope.id}" if isinstance(scope, TenantContext) else "platform"


class ScopedFiles(FileSystemStorage):
    """Files in DATA_DIR/media; the address of a file is never its path, so url() is closed."""

    @cached_property
    def base_location(self) -> str:
        return str(Path(settings.DATA_DIR) / "media")

    def path(self, name: str) -> str:
        return str(safe_join(self.location, scope_prefix(), name))

    def _save(self, name: str, content: File[bytes]) -> str:
        """Whole or not at all: a process that dies while writing leaves no file of this name."""
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{uuid4().hex}")
        unfinished.write_bytes(content.read())
        unfinished.replace(target)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # names are content hashes or random: same name, same bytes

    def url(self, name: str | None) -> str:
        raise InvariantBroken("files are served by views that know their scope")


def put(name: str, data: bytes, *, content_type: str) -> None:
    """Write bytes under a name of ours, once: the same name means the same bytes."""
    storage = _storage()
    if storage.exists(name):
        return
    content = ContentFile(data)
    content.content_type = content_type  # type: ignore[attr-defined]
    storage.save(name, content)


def read(name: str) -> bytes:
    """The bytes of a name; raises NoSuchFile."""
    try:
        with _storage().open(inside(name)) as file:
            return cast("bytes", file.read())
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation) as error:
        raise NoSuchFile from error


def remove(name: str) -> None:
    """Delete a name; absent is fine."""
    _storage().delete(inside(name))


def direct_url(name: str) -> str | None:
    """A signed address of the store itself, or None when our own view serves the file."""
    storage = _storage()
    return str(storage.url(inside(name))) if hasattr(storage, "bucket_name") else None


def _storage() -> Storage:
    return storages["default"]


def inside(name: str) -> str:
    """The name, if it stays below the prefix (rule); raises NoSuchFile."""
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise NoSuchFile
    return name
