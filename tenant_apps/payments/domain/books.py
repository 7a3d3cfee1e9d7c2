"""What must always hold between payments, their splits and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from shared_apps.ledger.queries import posted_amounts
from tenant_apps.payments.lifecycle import PAYMENT_PAID
from tenant_apps.payments.models import Payment

_COLUMNS = ("amount", "captured", "refunded")


def splits_sum_to_payment() -> Iterable[dict[str, Any]]:
    """Payments whose splits do not add up to them, in any column."""
    sums = {f"split_{column}": Coalesce(Sum(f"splits__{column}_minor"), 0) for column in _COLUMNS}
    for payment in Payment.objects.annotate(**sums).order_by("created_at"):
        off = {
            column: [getattr(payment, f"{column}_minor"), getattr(payment, f"split_{column}")]
            for column in _COLUMNS
            if getattr(payment, f"{column}_minor") != getattr(payment, f"split_{column}")
        }
        if off:
            yield {"payment": payment.reference, **off}


def paid_is_captured_whole() -> Iterable[dict[str, Any]]:
    """Payments whose state and amounts contradict each other."""
    wrong = Payment.objects.filter(state__in=PAYMENT_PAID).exclude(
        captured_minor=F("amount_minor")
    ) | Payment.objects.exclude(state__in=PAYMENT_PAID).exclude(captured_minor=0)
    for row in wrong.distinct():
        yield {"payment": row.reference, "state": row.state, "captured": row.captured_minor}


def captured_is_in_the_books() -> Iterable[dict[str, Any]]:
    """Captured payments without exactly their amount posted from clearing to escrow."""
    posted = posted_amounts("capture")
    for row in Payment.objects.filter(state__in=PAYMENT_PAID):
        in_books = posted.pop(f"capture:{row.id}", 0)
        if in_books != row.captured_minor:
            yield {"payment": row.reference, "captured": row.captured_minor, "posted": in_books}
    for key, amount in posted.items():
        yield {"key": key, "posted": amount}


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "splits_sum_to_payment": splits_sum_to_payment,
    "paid_is_captured_whole": paid_is_captured_whole,
    "captured_is_in_the_books": captured_is_in_the_books,
}
