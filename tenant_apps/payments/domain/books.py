"""What must always hold between payments, their splits, refunds, disputes and the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from shared_apps.ledger.queries import posted_amounts
from tenant_apps.payments.lifecycle import DISPUTE_OPEN, PAYMENT_PAID
from tenant_apps.payments.models import Dispute, Payment, PaymentSplit, Refund

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
    """Payments whose state and amounts contradict each other.

    A paid one has captured or waived all of it; of the others only cash comes bit by bit.
    """
    whole = F("captured_minor") + Coalesce(Sum("splits__waived_minor"), 0)
    paid = Payment.objects.filter(state__in=PAYMENT_PAID).annotate(whole=whole)
    unpaid = Payment.objects.exclude(state__in=PAYMENT_PAID).exclude(method="cash")
    for row in [*paid.exclude(whole=F("amount_minor")), *unpaid.exclude(captured_minor=0)]:
        yield {"payment": row.reference, "state": row.state, "captured": row.captured_minor}


def captured_is_in_the_books() -> Iterable[dict[str, Any]]:
    """Captured payments without exactly their amount posted to where it belongs, and the reverse."""
    posted: defaultdict[str, int] = defaultdict(int)
    for key, amount in posted_amounts("capture").items():
        posted[key.split(":")[1]] += amount
    held = posted_amounts("hold_capture")
    for row in Payment.objects.order_by("created_at"):
        of_hold = held.pop(f"hold_capture:{row.hold_id}", 0) if row.hold_id else 0
        in_books = posted.pop(str(row.id), 0) + of_hold
        if in_books != row.captured_minor:
            yield {"payment": row.reference, "captured": row.captured_minor, "posted": in_books}
    for payment_id, amount in posted.items():
        yield {"payment": payment_id, "posted": amount}


def refunds_are_in_the_books() -> Iterable[dict[str, Any]]:
    """Refunds whose postings do not say what their state says."""
    asked, sent, failed, bounced = (
        posted_amounts(kind)
        for kind in ("refund_requested", "refund_sent", "refund_failed", "refund_bounced")
    )
    for row in Refund.objects.order_by("created_at"):
        amount = 0 if row.state == "waived" else row.amount_minor
        was_sent = f"refund_sent:{row.id}" in sent
        wanted = {
            "refund_requested": amount,
            "refund_sent": amount if row.state == "succeeded" or was_sent else 0,
            "refund_failed": amount if row.state == "failed" and not was_sent else 0,
            "refund_bounced": amount if row.state == "failed" and was_sent else 0,
        }
        found = {
            kind: posted.pop(f"{kind}:{row.id}", 0)
            for kind, posted in zip(wanted, (asked, sent, failed, bounced), strict=True)
        }
        if found != wanted:
            yield {"refund": str(row.id), "state": row.state, "wanted": wanted, "posted": found}
    for key, amount in {**asked, **sent, **failed, **bounced}.items():
        yield {"key": key, "posted": amount}


def splits_count_their_refunds() -> Iterable[dict[str, Any]]:
    """Splits whose refunded or disputed amount is not the sum of their refunds or disputes."""
    refunded = _sums(Refund.objects.filter(state="succeeded"), "split_id")
    disputed: defaultdict[int, int] = defaultdict(int)
    for dispute in Dispute.objects.exclude(state="won").prefetch_related("parts"):
        for part in dispute.parts.all():
            disputed[part.split_id] += part.amount_minor
    for row in PaymentSplit.objects.order_by("id"):
        wanted = (refunded.get(row.pk, 0), disputed[row.pk])
        if (row.refunded_minor, row.disputed_minor) != wanted:
            yield {
                "split": row.subject,
                "refunded": [row.refunded_minor, wanted[0]],
                "disputed": [row.disputed_minor, wanted[1]],
            }


def disputes_are_in_the_books() -> Iterable[dict[str, Any]]:
    """Decided disputes that still claim money, and lost ones whose loss is not booked."""
    lost = posted_amounts("dispute_lost")
    for row in Dispute.objects.order_by("opened_at"):
        held = row.withdrawn_minor - row.reinstated_minor
        booked = lost.pop(f"dispute_lost:{row.id}", 0)
        is_open = row.state in DISPUTE_OPEN
        if (row.state == "won" and held) or booked != (0 if is_open else held):
            yield {"dispute": row.provider_id, "state": row.state, "held": held, "lost": booked}
    for key, amount in lost.items():
        yield {"key": key, "posted": amount}


def _sums(rows: Any, by: str) -> dict[int, int]:
    return dict(rows.values_list(by).annotate(minor=Sum("amount_minor")))


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "splits_sum_to_payment": splits_sum_to_payment,
    "paid_is_captured_whole": paid_is_captured_whole,
    "captured_is_in_the_books": captured_is_in_the_books,
    "refunds_are_in_the_books": refunds_are_in_the_books,
    "splits_count_their_refunds": splits_count_their_refunds,
    "disputes_are_in_the_books": disputes_are_in_the_books,
}
