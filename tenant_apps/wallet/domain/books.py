"""What must always hold between holds and the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared_apps.ledger.queries import balances
from tenant_apps.wallet.domain.sources import held_of
from tenant_apps.wallet.models import Hold


def held_is_in_the_books() -> Iterable[dict[str, Any]]:
    """Held accounts that do not contain exactly the holds that are open, and the reverse."""
    wanted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in Hold.objects.filter(state="held"):
        wanted[held_of(row.source), row.currency] += row.amount_minor
    for word in ("wallet_held", "gift_card_held"):
        for code, amounts in balances(word).items():
            for amount in amounts:
                expected = wanted.pop((code, amount.currency), 0)
                if amount.minor != expected:
                    yield {"account": code, "held": expected, "posted": amount.minor}
    for (code, currency), expected in wanted.items():
        if expected:
            yield {"account": code, "currency": currency, "held": expected, "posted": 0}


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "held_is_in_the_books": held_is_in_the_books,
}
