"""Files that somebody gave us: what they are, where they lie, in which sizes."""

from __future__ import annotations

from typing import Any

from django.db import models

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.media.lifecycle import FILE


class StoredFile(models.Model):
    """One upload. Images are kept re-encoded in several widths, other files as they came.

    `folder` is where its bytes lie below the tenant's prefix, `variants` which widths exist in
    which format: {"jpeg": [320, 640], "webp": [320, 640], "avif": [320]}.
    """

    class Kind(models.TextChoices):
        IMAGE = "image"
        PRIVATE = "private"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, db_index=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    folder = models.CharField(max_length=120)
    variants: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=FILE.initial)
    uploaded_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            FILE.constraint("file_state_known"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_sha256_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def public_id(self) -> str:
        return public_id("file", self.id)


class FileMove(Move):
    """One change of a file's state."""

    subject = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="moves")
