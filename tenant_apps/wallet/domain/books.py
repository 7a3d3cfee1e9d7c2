"""What must always hold between holds and the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared_apps.ledger.queries import balances, credited_by
from tenant_apps.wallet.domain.sources import held_of, wallet_of
from tenant_apps.wallet.models import Hold, TopUp


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


def paid_top_ups_are_in_the_books() -> Iterable[dict[str, Any]]:
    """Wallets that captured payments credited with less than their paid top-ups, or with more than all."""
    paid: defaultdict[tuple[str, str], int] = defaultdict(int)
    asked: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in TopUp.objects.all():
        key = wallet_of(row.user_id), row.currency
        asked[key] += row.amount_minor
        paid[key] += row.amount_minor if row.state == "paid" else 0
    posted = credited_by("capture", "wallet")
    for key in {*asked, *posted}:
        if not paid[key] <= posted.get(key, 0) <= asked[key]:
            yield {
                "account": key[0],
                "currency": key[1],
                "paid": paid[key],
                "asked": asked[key],
                "posted": posted.get(key, 0),
            }


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "held_is_in_the_books": held_is_in_the_books,
    "paid_top_ups_are_in_the_books": paid_top_ups_are_in_the_books,
}
