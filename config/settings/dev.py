"""The default set-up: what bin/demo and bin/manage run."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403
