"""Making the variants that an upload did not wait for."""

from __future__ import annotations

from uuid import UUID

from shared_apps.media.domain import files
from shared_apps.media.events import ImageStored
from shared_apps.outbox.domain.subscriptions import Delivery, handles_outside


@handles_outside(ImageStored)
def complete_image(event: ImageStored, delivery: Delivery) -> None:
    files.complete_image(file_id=UUID(event.file_id), at=delivery.at)
