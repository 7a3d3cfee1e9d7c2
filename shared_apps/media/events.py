"""What media tells itself and the other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ImageStored(Event):
    """An image can be shown; its smallest variants are still to be made."""

    name: ClassVar[str] = "media.image_stored.v1"
    file_id: str
