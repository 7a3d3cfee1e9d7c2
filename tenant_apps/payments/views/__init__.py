"""Where gateways report, and where the operator enters keys."""

from __future__ import annotations
