"""A hint to the provisioning worker that there is work; tasks.py says how it is sent."""

from __future__ import annotations

from collections.abc import Callable

_senders: list[Callable[[], None]] = []


def send_nudges_by(sender: Callable[[], None]) -> None:
    """Register how the worker is called; done once, when the app is ready."""
    _senders[:] = [sender]


def nudge_worker() -> None:
    """Ask for the pool and unfinished births to be looked at now.

    Only a hint: beat asks too, so a broker that is away costs some seconds and nothing else.
    """
    for sender in _senders:
        try:
            sender()
        except Exception:  # noqa: BLE001 - whatever the broker's client raises
            return
