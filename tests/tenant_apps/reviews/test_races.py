"""Many review at once, with real threads and real commits."""

from __future__ import annotations

import pytest

from tenant_apps.reviews import queries
from tenant_apps.reviews.domain import moderation, ratings, reviews
from tenant_apps.reviews.domain.reviews import AlreadyReviewed, Wording
from tests.factories.partners import OPERATOR, actor_for, make_person
from tests.factories.reviews import make_order
from tests.tenant_apps.ordering.test_races import all_at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_twelve_buyers_review_one_product_at_once(world, in_alpha):
    """The first row of the summary is wanted by all of them, too."""
    people = [make_person(f"p{number}@example.com") for number in range(12)]
    orders = [make_order(person.pk, [world.bowl]) for person in people]
    given = [1 + number % 5 for number in range(12)]

    results = all_at_once(
        in_alpha,
        [
            lambda person=person, order=order, rating=rating: reviews.write_review(
                subject=world.of_bowl,
                order_id=order.pk,
                wording=Wording(rating),
                acting=actor_for(person),
                at=NOW,
            )
            for person, order, rating in zip(people, orders, given, strict=True)
        ],
    )

    assert not [result for result in results if isinstance(result, Exception)]
    found = queries.rating_of(world.of_bowl)
    assert (found.count, found.stars) == (12, (3, 3, 2, 2, 2))
    assert ratings.discrepancies() == []


def test_one_buyer_sends_the_same_review_eight_times(world, in_alpha):
    results = all_at_once(
        in_alpha,
        [
            lambda: reviews.write_review(
                subject=world.of_bowl,
                order_id=world.order.pk,
                wording=Wording(4),
                acting=world.cy,
                at=NOW,
            )
        ]
        * 8,
    )

    assert sum(isinstance(result, AlreadyReviewed) for result in results) == 7
    assert queries.rating_of(world.of_bowl).stars == (0, 0, 0, 1, 0)


def test_hiding_and_revising_at_once_count_once(world, in_alpha):
    review_id = reviews.write_review(
        subject=world.of_bowl, order_id=world.order.pk, wording=Wording(4), acting=world.cy, at=NOW
    )
    all_at_once(
        in_alpha,
        [
            lambda: moderation.hide_review(
                review_id=review_id, reason="spam", acting=OPERATOR, at=NOW
            ),
            lambda: reviews.revise_review(
                review_id=review_id, wording=Wording(2), acting=world.cy, at=NOW
            ),
        ]
        * 2,
    )

    assert ratings.discrepancies() == []
