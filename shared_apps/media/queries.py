"""Reads of stored files, as values that any room may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from shared_apps.kernel.ids import public_id
from shared_apps.media.models import StoredFile

_SUFFIXES = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif"}
_SRC_WIDTH = 640


@dataclass(frozen=True, slots=True)
class PictureData:
    """A picture as pages need it: `sources` maps a format to addresses by width.

    `src` is for readers that know only one: about 640 pixels wide, JPEG (PNG when transparent).
    """

    id: UUID
    src: str
    width: int
    height: int
    sources: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileFacts:
    id: UUID
    public_id: str
    name: str
    content_type: str
    size: int
    state: str


def picture_data(file_ids: Iterable[UUID]) -> dict[UUID, PictureData]:
    """The pictures of some images; unknown and erased ones are absent. One query."""
    wanted = list(file_ids)
    if not wanted:
        return {}
    rows = StoredFile.objects.filter(id__in=wanted, kind="image").exclude(state="erased")
    values = rows.values_list("id", "folder", "width", "height", "variants")
    return {row[0]: _picture(*row) for row in values}


def file_facts(file_ids: Iterable[UUID]) -> dict[UUID, FileFacts]:
    """Name, type and size of some files; one query."""
    rows = StoredFile.objects.filter(id__in=list(file_ids)).exclude(state="erased")
    return {
        row.id: FileFacts(
            row.id,
            public_id("file", row.id),
            row.name,
            row.content_type,
            row.size,
            row.state,
        )
        for row in rows
    }


def _picture(
    file_id: UUID, folder: str, width: int, height: int, variants: dict[str, list[int]]
) -> PictureData:
    sha256 = folder.rpartition("/")[2]
    sources = {
        kind: {found: f"/media/{sha256}/{found}.{_SUFFIXES[kind]}" for found in widths}
        for kind, widths in variants.items()
    }
    fallback = sources.get("jpeg") or sources.get("png") or {}
    nearest = min(fallback, key=lambda found: abs(found - _SRC_WIDTH), default=0)
    return PictureData(file_id, fallback.get(nearest, ""), width, height, sources)
