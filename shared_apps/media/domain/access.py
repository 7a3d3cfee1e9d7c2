"""Who may fetch which bytes: images by their address, documents by a signed one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared_apps.kernel.crypto import sign, unsign
from shared_apps.media.domain import storage
from shared_apps.media.domain.files import UnknownFile
from shared_apps.media.models import StoredFile

LIFE = timedelta(minutes=15)
_PURPOSE = "media.private"


@dataclass(frozen=True, slots=True)
class Download:
    """The bytes of a document and the name to save them under."""

    name: str
    data: bytes


def private_url(*, file_id: UUID) -> str:
    """An address of a document for the next 15 minutes, in this tenant only (rule).

    The caller has established that the reader may see it.
    """
    return f"/media/private/{sign(str(file_id), _PURPOSE)}/"


def open_private(*, token: str) -> Download:
    """The document of a signed address; raises BadSignature, ExpiredSignature, UnknownFile."""
    file_id = unsign(token, _PURPOSE, max_age=LIFE)
    file = StoredFile.objects.filter(id=file_id, kind="private", state="ready").first()
    if file is None:
        raise UnknownFile
    return Download(file.name or "download", storage.read(f"{file.folder}/content"))
