"""What must always hold between codes, gift cards and what is counted of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Count, F, Q

from shared_apps.ledger.queries import posted_amounts
from tenant_apps.promotions.lifecycle import USE_COUNTS
from tenant_apps.promotions.models import GiftCard, GiftCardSale, Promotion, PromotionCode


def uses_are_counted() -> Iterable[dict[str, Any]]:
    """Promotions and codes whose count is not the number of their uses."""
    live = Count("uses", filter=Q(uses__state__in=USE_COUNTS))
    for model, name in ((Promotion, "promotion"), (PromotionCode, "code")):
        for row in model._default_manager.annotate(live=live).exclude(live=F("used_count")):
            yield {name: str(row.pk), "counted": row.used_count, "uses": row.live}


def gift_cards_are_in_the_books() -> Iterable[dict[str, Any]]:
    """Given cards whose worth was not posted exactly once."""
    posted = posted_amounts("gift_card_issued")
    for row in GiftCard.objects.filter(origin="issued"):
        in_books = posted.pop(f"gift_card:{row.id}", 0)
        if in_books != row.amount_minor:
            yield {"gift_card": str(row.id), "issued": row.amount_minor, "posted": in_books}
    for key, amount in posted.items():
        yield {"key": key, "posted": amount}


def paid_sales_have_their_cards() -> Iterable[dict[str, Any]]:
    """Bought cards without a paid sale, and paid sales without exactly their card."""
    cards = dict(GiftCard.objects.filter(origin="sold").values_list("id", "amount_minor"))
    for sale in GiftCardSale.objects.filter(state="paid"):
        worth = cards.pop(sale.id, 0)
        if worth != sale.amount_minor:
            yield {"sale": str(sale.id), "paid": sale.amount_minor, "card": worth}
    for card_id, worth in cards.items():
        yield {"gift_card": str(card_id), "card": worth, "paid": 0}


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "uses_are_counted": uses_are_counted,
    "gift_cards_are_in_the_books": gift_cards_are_in_the_books,
    "paid_sales_have_their_cards": paid_sales_have_their_cards,
}
