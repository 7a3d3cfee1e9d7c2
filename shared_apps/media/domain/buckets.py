"""Bytes in an S3 compatible store. Loaded only where one is set up: its client is heavy."""

from __future__ import annotations

from typing import Any

from storages.backends.s3 import S3Storage

from shared_apps.media.domain.storage import inside, scope_prefix


class ScopedS3(S3Storage):  # type: ignore[misc]
    """An S3 bucket, private throughout: readers get signed addresses for 15 minutes."""

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 15 * 60,
            "file_overwrite": True,
            "signature_version": "s3v4",
        }

    def _normalize_name(self, name: str) -> str:
        return str(super()._normalize_name(f"{scope_prefix()}/{inside(name)}"))
