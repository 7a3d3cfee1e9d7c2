"""What must always hold between earnings, payouts and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Sum

from shared_apps.ledger.queries import balances, posted_amounts, posted_by_others
from tenant_apps.settlement.domain.balances import account_of
from tenant_apps.settlement.domain.earnings import cut_of, reduction_legs
from tenant_apps.settlement.domain.payouts import IN_TRANSIT
from tenant_apps.settlement.domain.shares import legs_total, release_legs
from tenant_apps.settlement.domain.statements import OWN_KINDS
from tenant_apps.settlement.lifecycle import PAYOUT_OPEN
from tenant_apps.settlement.models import Earning, EarningReduction, Payout


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


def earned_less_paid_is_the_balance() -> Iterable[dict[str, Any]]:
    """Partners whose account is not what they earned less what they were paid.

    What rooms other than this one posted to the account counts as the books have it.
    """
    wanted = posted_by_others("vendor", OWN_KINDS)
    for partner_id, currency, minor in _movements():
        key = (account_of(partner_id), currency)
        wanted[key] = wanted.get(key, 0) + minor
    booked = {
        (code, amount.currency): amount.minor
        for code, amounts in balances("vendor").items()
        for amount in amounts
    }
    for key in sorted({*wanted, *booked}):
        earned, balance = wanted.get(key, 0), booked.get(key, 0)
        if earned != balance:
            yield {"account": key[0], "currency": key[1], "earned": earned, "balance": balance}


def payouts_are_in_the_books() -> Iterable[dict[str, Any]]:
    """Payouts that were not posted as their state says, and money in transit that is in none."""
    kinds = ("payout_created", "payout_paid", "payout_failed", "payout_cancelled")
    posted = {kind: posted_amounts(kind) for kind in kinds}
    for row in Payout.objects.all():
        expected = {
            "payout_created": True,
            "payout_paid": row.paid_at is not None,
            "payout_failed": row.state == "failed",
            "payout_cancelled": row.state == "cancelled",
        }
        for kind, is_wanted in expected.items():
            in_books = posted[kind].pop(f"{kind}:{row.id}", 0)
            if in_books != (row.amount_minor if is_wanted else 0):
                yield {"payout": row.public_id, "state": row.state, kind: in_books}
    for amounts in posted.values():
        for key, amount in amounts.items():
            yield {"key": key, "posted": amount}
    yield from _transit_differs()


def earnings_follow_their_payout() -> Iterable[dict[str, Any]]:
    """Earnings that say a payout carries them which was never, or no longer, on its way."""
    for row in Earning.objects.filter(payout__state__in=["failed", "cancelled"]):
        yield {"subject": row.subject, "payout": str(row.payout_id)}


def _movements() -> Iterable[tuple[UUID, str, int]]:
    """What each partner earned, gave back and was paid, in minor units."""
    released = Earning.objects.filter(state="released").values_list("partner_id", "currency")
    yield from released.annotate(minor=Sum("released_minor")).order_by()
    reduced = EarningReduction.objects.filter(is_after_release=True).values_list(
        "earning__partner_id", "earning__currency"
    )
    for partner_id, currency, minor in reduced.annotate(minor=Sum("amount_minor")).order_by():
        yield partner_id, currency, -minor
    paid = Payout.objects.exclude(state__in=["failed", "cancelled"])
    sums = paid.values_list("partner_id", "currency").annotate(minor=Sum("amount_minor"))
    for partner_id, currency, minor in sums.order_by():
        yield partner_id, currency, -minor


def _transit_differs() -> Iterable[dict[str, Any]]:
    rows = Payout.objects.filter(state__in=PAYOUT_OPEN).values_list("currency")
    wanted = dict(rows.annotate(minor=Sum("amount_minor")).order_by())
    booked = {each.currency: each.minor for each in balances(IN_TRANSIT).get(IN_TRANSIT, [])}
    for currency in sorted({*wanted, *booked}):
        if wanted.get(currency, 0) != booked.get(currency, 0):
            yield {
                "currency": currency,
                "on_their_way": wanted.get(currency, 0),
                "in_transit": booked.get(currency, 0),
            }


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "released_is_in_the_books": released_is_in_the_books,
    "reductions_are_in_the_books": reductions_are_in_the_books,
    "earned_less_paid_is_the_balance": earned_less_paid_is_the_balance,
    "payouts_are_in_the_books": payouts_are_in_the_books,
    "earnings_follow_their_payout": earnings_follow_their_payout,
}
