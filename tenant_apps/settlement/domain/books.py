"""What must always hold between earnings and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared_apps.ledger.queries import posted_amounts
from tenant_apps.settlement.models import Earning


def released_is_in_the_books() -> Iterable[dict[str, Any]]:
    """Released earnings whose gross and take are not exactly what was posted, and the reverse."""
    posted = posted_amounts("release")
    for row in Earning.objects.filter(state="released"):
        wanted = row.gross_minor + row.take_minor
        in_books = posted.pop(f"release:{row.id}", 0)
        if in_books != wanted:
            yield {"subject": row.subject, "earned": wanted, "posted": in_books}
    for key, amount in posted.items():
        yield {"key": key, "posted": amount}


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "released_is_in_the_books": released_is_in_the_books,
}
