"""Taking in, completing and erasing files."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.media.domain import images, storage
from shared_apps.media.domain.sniffing import IMAGE_BYTES_MAX, FileTooLarge, sniff_image
from shared_apps.media.events import ImageStored
from shared_apps.media.lifecycle import FILE
from shared_apps.media.models import StoredFile
from shared_apps.outbox.domain.publishing import publish

PRIVATE_BYTES_MAX = 25 * 1024 * 1024
# Part of every address, so that other settings of the encoder never meet an immutable cache.
_ENCODING = b"galleria-images-1:"
_NAME_MAX = 200


class UnknownFile(NotFound):
    code, title = "record_not_found", "There is no such file here"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a form brought it, read whole."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FileStored:
    """A file that was taken in, as other rooms keep it: by id."""

    id: UUID
    public_id: str
    content_type: str
    size: int
    width: int = 0
    height: int = 0
    sha256: str = ""


def bytes_of(upload: IO[bytes]) -> bytes:
    """The bytes of an upload, read no further than it takes to see that they are too many."""
    return upload.read(max(IMAGE_BYTES_MAX, PRIVATE_BYTES_MAX) + 1)


def store_image(*, data: bytes, name: str, acting: Actor, at: datetime) -> FileStored:
    """Take in an image (journey): sniff, decode, strip, re-encode, write, then record.

    JPEG (PNG when transparent) and WebP are there when it returns, AVIF follows. The same bytes
    again cost no encoding. Call it outside transactions and attach the id afterwards. Raises
    FileTooLarge, NotAnImage, ImageTooLarge and SuspiciousFile, having stored nothing.
    """
    facts = sniff_image(data)
    sha256 = hashlib.sha256(_ENCODING + data).hexdigest()
    twin = StoredFile.objects.filter(sha256=sha256, kind="image").exclude(state="erased").first()
    file = StoredFile(
        kind=StoredFile.Kind.IMAGE,
        name=_plain_name(name),
        sha256=sha256,
        content_type=facts.content_type,
        size=len(data),
        folder=f"images/{sha256}",
        uploaded_by=f"{acting.kind}:{acting.id}",
        created_at=at,
    )
    if twin is not None:
        file.width, file.height, file.variants = twin.width, twin.height, twin.variants
    else:
        master = images.decode(data)
        file.width, file.height = master.width, master.height
        file.variants = _write(file.folder, images.encode(master, (master.fallback, "webp")))
    return _record_image(file=file, acting=acting, at=at)


def store_private_file(
    *, data: bytes, name: str, content_type: str, acting: Actor, at: datetime
) -> FileStored:
    """Take in a document that only signed addresses show (journey); raises FileTooLarge.

    It is kept as it came and only ever sent as a download, whatever it claims to be.
    """
    file = _private_file(data=data, name=name, content_type=content_type, acting=acting, at=at)
    return _record_private(file=file, acting=acting, at=at)


@step
def keep_document(
    *, data: bytes, name: str, content_type: str, acting: Actor, at: datetime
) -> FileStored:
    """Keep a document that we made ourselves, in the transaction that it belongs to.

    For what must have its number and its bytes in one commit; the bytes are small and written
    under a name of their own, so a rollback leaves a file that nobody can name. Raises FileTooLarge.
    """
    file = _private_file(data=data, name=name, content_type=content_type, acting=acting, at=at)
    file.save(force_insert=True)
    _audit("media.file.store", file, acting=acting, at=at)
    return _stored(file)


def complete_image(*, file_id: UUID, at: datetime) -> bool:
    """Add the AVIF variants of an image (journey); False when there is nothing to do."""
    file = StoredFile.objects.filter(id=file_id, kind="image", state="stored").first()
    if file is None:
        return False
    if "avif" not in file.variants:
        kind = "png" if "png" in file.variants else "webp"
        largest = f"{file.folder}/{max(file.variants[kind])}.{images.SUFFIXES[kind]}"
        master = images.decode(storage.read(largest))
        file.variants |= _write(file.folder, images.encode(master, ("avif",)))
    _record_complete(file_id=file_id, variants=file.variants, at=at)
    return True


def erase_file(*, file_id: UUID, acting: Actor, at: datetime) -> None:
    """Erase a file (journey): record it, then delete the bytes no other file shares.

    Raises UnknownFile and MoveNotAllowed.
    """
    for path in _record_erased(file_id=file_id, acting=acting, at=at):
        storage.remove(path)


def _write(folder: str, variants: Iterable[images.Variant]) -> dict[str, list[int]]:
    written: dict[str, list[int]] = defaultdict(list)
    for variant in variants:
        suffix = images.SUFFIXES[variant.format]
        storage.put(
            f"{folder}/{variant.file_name}",
            variant.data,
            content_type=images.CONTENT_TYPES[suffix],
        )
        written[variant.format].append(variant.width)
    return {kind: sorted(widths) for kind, widths in written.items()}


def _private_file(
    *, data: bytes, name: str, content_type: str, acting: Actor, at: datetime
) -> StoredFile:
    if len(data) > PRIVATE_BYTES_MAX:
        raise FileTooLarge(limit=PRIVATE_BYTES_MAX)
    file_id = uuid7()
    file = StoredFile(
        id=file_id,
        kind=StoredFile.Kind.PRIVATE,
        name=_plain_name(name),
        sha256=hashlib.sha256(data).hexdigest(),
        content_type=content_type[:100],
        size=len(data),
        folder=f"private/{file_id.hex}",
        state="ready",
        uploaded_by=f"{acting.kind}:{acting.id}",
        created_at=at,
    )
    storage.put(f"{file.folder}/content", data, content_type="application/octet-stream")
    return file


@operation
def _record_image(*, file: StoredFile, acting: Actor, at: datetime) -> FileStored:
    """The row, its audit record and ImageStored."""
    file.save(force_insert=True)
    _audit("media.image.store", file, acting=acting, at=at)
    publish(ImageStored(file_id=str(file.id)), acting=acting)
    return _stored(file)


@operation
def _record_private(*, file: StoredFile, acting: Actor, at: datetime) -> FileStored:
    """The row and its audit record."""
    file.save(force_insert=True)
    _audit("media.file.store", file, acting=acting, at=at)
    return _stored(file)


@operation
def _record_complete(*, file_id: UUID, variants: dict[str, list[int]], at: datetime) -> None:
    """The new variants, then the move; a file erased meanwhile stays as it is."""
    file = StoredFile.objects.select_for_update().get(id=file_id)
    if file.state != "stored":
        return
    StoredFile.objects.filter(id=file_id).update(variants=variants)
    record_move(file, FILE, "complete", acting=SYSTEM, at=at)


@operation
def _record_erased(*, file_id: UUID, acting: Actor, at: datetime) -> list[str]:
    """The move and its audit record; returns the names to delete."""
    file = StoredFile.objects.select_for_update().filter(id=file_id).first()
    if file is None:
        raise UnknownFile
    record_move(file, FILE, "erase", acting=acting, at=at)
    _audit("media.file.erase", file, acting=acting, at=at)
    shared = StoredFile.objects.filter(folder=file.folder).exclude(id=file_id)
    return [] if shared.exclude(state="erased").exists() else _names(file)


def _names(file: StoredFile) -> list[str]:
    if file.kind == StoredFile.Kind.PRIVATE:
        return [f"{file.folder}/content"]
    return [
        f"{file.folder}/{width}.{images.SUFFIXES[kind]}"
        for kind, widths in file.variants.items()
        for width in widths
    ]


def _audit(action: str, file: StoredFile, *, acting: Actor, at: datetime) -> None:
    subject = Ref("media.file", str(file.id))
    changes = {"content_type": file.content_type, "size": file.size}
    record(action, subject=subject, acting=acting, at=at, changes=changes)


def _stored(file: StoredFile) -> FileStored:
    return FileStored(
        file.id,
        public_id("file", file.id),
        file.content_type,
        file.size,
        file.width,
        file.height,
        file.sha256,
    )


def _plain_name(name: str) -> str:
    """The last part of a file name without control characters: for people, never for paths."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[-_NAME_MAX:]
