"""Words for stretches of days: the choices of a page, the slots of its chart, how a figure moved."""

from __future__ import annotations

from typing import Any

from babel import dates
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import CHOICES, Span
from themes.templatetags.ui import reader_locale

LABELS = {
    "7d": lazy("7 days"),
    "30d": lazy("30 days"),
    "90d": lazy("90 days"),
    "365d": lazy("A year"),
}
_PATTERNS = {"day": "d MMM", "week": "d MMM", "month": "MMM yy"}


def span_tabs(span: Span, place: str, **more: str) -> list[dict[str, Any]]:
    """The choices of how far back to look."""
    return [
        {
            "label": LABELS[key],
            "url": f"{place}?{urlencode({'span': key, **more})}",
            "current": key == span.key,
            "count": None,
        }
        for key in CHOICES
    ]


def slot_labels(span: Span) -> list[str]:
    """How the slots of a chart are called, in the reader's language."""
    return [
        dates.format_date(slot, _PATTERNS[span.step], locale=reader_locale()) for slot in span.slots
    ]


def compared(now: Money | int, before: Money | int) -> dict[str, str]:
    """How a figure moved against the stretch before."""
    present = now.minor if isinstance(now, Money) else now
    past = before.minor if isinstance(before, Money) else before
    if not past:
        return {"note": _("nothing the time before") if present else "", "trend": ""}
    change = round(100 * (present - past) / abs(past))
    trend = "up" if change > 0 else "down" if change < 0 else ""
    return {"note": _("%(change)+d%% on the time before") % {"change": change}, "trend": trend}
