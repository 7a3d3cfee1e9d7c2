"""Building the index anew, a batch at a time, while the shop stays open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.catalog.queries import published_ids
from tenant_apps.discovery.domain import cards
from tenant_apps.discovery.models import ListingCard, SearchTerm
from tenant_apps.reviews.queries import RatingView, ratings_of

BATCH = 200


@dataclass(frozen=True, slots=True)
class Rebuilt:
    cards: int
    hidden: int
    terms: int


def rebuild_products(*, at: datetime) -> Rebuilt:
    """Write every product's card, hide what is gone, count the words (journey: many operations)."""
    count, after = 0, None
    while batch := published_ids(after=after, limit=BATCH):
        _write_batch(product_ids=batch, at=at)
        count, after = count + len(batch), batch[-1]
    hidden = _hide_others(at=at)
    return Rebuilt(cards=count, hidden=hidden, terms=_count_terms())


@operation
def _write_batch(*, product_ids: Sequence[UUID], at: datetime) -> None:
    """One batch of cards, with what reviewers say."""
    refs = [Ref(cards.PRODUCT, str(product_id)) for product_id in product_ids]
    ratings = ratings_of(refs)
    for product_id, ref in zip(product_ids, refs, strict=True):
        cards.write_product_card(product_id=product_id, at=at)
        found = ratings.get(str(ref), RatingView())
        cards.write_rating(ref=ref, average_hundredths=found.average_hundredths, count=found.count)


@operation
def _hide_others(*, at: datetime) -> int:
    """Cards this rebuild did not write show products that are not on sale any more."""
    stale = ListingCard.objects.filter(kind=cards.PRODUCT, is_listed=True, updated_at__lt=at)
    return stale.update(is_listed=False)


@operation
def _count_terms() -> int:
    """In how many listings each word occurs; labels and words that nobody uses go."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_WORDS)
        cursor.execute(_DROP_WORDS)
        cursor.execute(_DROP_LABELS)
    return SearchTerm.objects.count()


_COUNT_WORDS = """
UPDATE discovery_searchterm t SET documents = w.ndoc
FROM ts_stat('SELECT search FROM discovery_listingcard WHERE is_listed') w
WHERE w.word = t.word
"""
_DROP_WORDS = """
DELETE FROM discovery_searchterm t WHERE NOT EXISTS (
    SELECT 1 FROM ts_stat('SELECT search FROM discovery_listingcard WHERE is_listed') w
    WHERE w.word = t.word
)
"""
_DROP_LABELS = """
DELETE FROM discovery_facetlabel l WHERE NOT EXISTS (
    SELECT 1 FROM discovery_listingvariant v WHERE v.tokens @> ARRAY[l.token]::varchar[]
)
"""
