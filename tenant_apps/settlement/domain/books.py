"""What must always hold between earnings and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared_apps.ledger.queries import posted_amounts
from tenant_apps.settlement.domain.earnings import cut_of, reduction_legs
from tenant_apps.settlement.domain.shares import legs_total, release_legs
from tenant_apps.settlement.models import Earning, EarningReduction


def released_is_in_the_books() -> Iterable[dict[str, Any]]:
    """Released earnings of which not exactly every part was posted, and the reverse."""
    posted = posted_amounts("release")
    rows = Earning.objects.filter(state="released").prefetch_related("reductions__earning")
    for row in rows:
        share = cut_of(row)
        for reduction in row.reductions.all():
            if reduction.is_after_release:
                share += cut_of(reduction)
        legs = release_legs(
            share=share, partner_id=row.partner_id, tax_code=row.tax_code, ref=row.subject
        )
        in_books = posted.pop(f"release:{row.id}", 0)
        if in_books != legs_total(legs) or share.amount.minor != row.released_minor:
            yield {"subject": row.subject, "earned": legs_total(legs), "posted": in_books}
    for key, amount in posted.items():
        yield {"key": key, "posted": amount}


def reductions_are_in_the_books() -> Iterable[dict[str, Any]]:
    """Reductions of which not exactly every part was posted, and the reverse."""
    posted = posted_amounts("earning_reduced")
    for row in EarningReduction.objects.select_related("earning"):
        legs = reduction_legs(row.earning, cut_of(row), is_after_release=row.is_after_release)
        in_books = posted.pop(f"earning_reduced:{row.id}", 0)
        if in_books != legs_total(legs):
            yield {"reduction": row.key, "reduced": legs_total(legs), "posted": in_books}
    for key, amount in posted.items():
        yield {"key": key, "posted": amount}


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "released_is_in_the_books": released_is_in_the_books,
    "reductions_are_in_the_books": reductions_are_in_the_books,
}
