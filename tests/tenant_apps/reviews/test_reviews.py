"""Reviews: only after delivery, once, and what they come to is kept with them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from shared_apps.kernel.errors import NotAllowed, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.discovery.models import ListingCard
from tenant_apps.reviews import queries
from tenant_apps.reviews.domain import moderation, ratings, replies, reviews
from tenant_apps.reviews.domain.reviews import AlreadyReviewed, Wording
from tenant_apps.reviews.domain.rights import NothingToReview, NotYetDelivered
from tenant_apps.reviews.models import RatingSummary, Review
from tests.factories.catalog import deliver, make_listing
from tests.factories.partners import OPERATOR, actor_for, make_person, put_in_team
from tests.factories.reviews import make_order
from tests.world import NOW

pytestmark = pytest.mark.django_db


def write(world, subject, *, rating=4, acting=None, order=None, **words):
    return reviews.write_review(
        subject=subject,
        order_id=(order or world.order).pk,
        wording=Wording(rating, **words),
        acting=acting or world.cy,
        at=NOW,
    )


def published():
    rows = OutboxEvent.objects.filter(name__startswith="reviews.")
    return sorted(rows.values_list("name", flat=True))


def test_a_buyer_reviews_product_and_shop_and_it_can_be_read_at_once(world):
    write(world, world.of_bowl, rating=5, title="Lovely", text="Sits well in the hand.")
    write(world, world.of_loam, rating=4)

    (shown,) = queries.reviews_about(world.of_bowl).items
    assert (shown.rating, shown.title, shown.author_name) == (5, "Lovely", "Cy")
    assert shown.is_verified
    assert queries.rating_of(world.of_bowl) == queries.RatingView(1, 500, (0, 0, 0, 0, 1))
    assert queries.rating_of(world.of_loam).average == 4.0
    assert published() == [
        *["reviews.rating_changed.v1"] * 2,
        *["reviews.review_published.v1"] * 2,
    ]


def test_the_card_in_lists_shows_the_rating(world):
    deliver()
    write(world, world.of_bowl, rating=3)
    deliver()

    card = ListingCard.objects.get(object_id=str(world.bowl))
    assert (card.rating_hundredths, card.rating_count) == (300, 1)


@pytest.mark.parametrize("state", ["confirmed", "processing", "shipped", "cancelled"])
def test_nothing_is_reviewed_before_it_arrived(world, state):
    early = make_order(world.order.user_id, [world.bowl], state=state)

    for subject in (world.of_bowl, world.of_loam):
        with pytest.raises(NotYetDelivered):
            write(world, subject, order=early)
    with pytest.raises(NotYetDelivered):
        write(world, world.of_cy, order=early, acting=world.lena)


def test_only_the_buyer_reviews_only_what_was_in_the_order(world):
    stranger = actor_for(make_person("di@example.com"))
    other = make_listing(world.loam, "Vase")

    with pytest.raises(NotYetDelivered):
        write(world, world.of_bowl, acting=stranger)
    with pytest.raises(NotYetDelivered):
        write(world, Ref("catalog.product", str(other)))
    with pytest.raises(NotYetDelivered):
        write(world, world.of_bowl, acting=world.lena)
    with pytest.raises(NothingToReview):
        write(world, Ref("rides.ride", str(world.bowl)))


def test_once_per_author_subject_and_order(world):
    write(world, world.of_bowl)
    with pytest.raises(AlreadyReviewed):
        write(world, world.of_bowl, rating=1)
    again = make_order(world.order.user_id, [world.bowl])
    write(world, world.of_bowl, rating=2, order=again)

    assert queries.rating_of(world.of_bowl).stars == (0, 1, 0, 1, 0)


def test_the_vendor_reviews_the_buyer_for_vendors_only(world):
    write(world, world.of_cy, rating=5, acting=world.lena)
    write(world, world.of_cy, rating=3, acting=world.finn)

    assert queries.rating_of(world.of_cy).average_hundredths == 400
    assert queries.reviews_of_vendor(world.loam.id).items == []
    with pytest.raises(AlreadyReviewed):
        write(world, world.of_cy, acting=world.lena)
    stock = make_person("sam@example.com")
    put_in_team(world.loam.id, stock, "inventory")
    with pytest.raises(NotYetDelivered):
        write(world, world.of_cy, acting=actor_for(stock))


def test_nobody_reviews_a_guest(world):
    order = make_order(None, [world.bowl])

    with pytest.raises(NotYetDelivered):
        write(world, Ref("identity.user", "None"), order=order, acting=world.lena)


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_one_to_five_stars(world, rating):
    with pytest.raises(Unprocessable):
        write(world, world.of_bowl, rating=rating)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("cheaper at https://elsewhere.example/x", "link"),
        ("write to me at cy@example.com", "personal_data"),
        ("call +353 91 123 4567", "personal_data"),
        ("soooooooooo good", "spam"),
        ("NEVER EVER BUY ANYTHING FROM THESE PEOPLE", "shouting"),
    ],
)
def test_doubtful_words_wait_for_a_look(world, text, doubt):
    review_id = write(world, world.of_bowl, text=text)

    assert Review.objects.get().doubts == [doubt]
    assert queries.rating_of(world.of_bowl).count == 0
    assert [each.id for each in queries.moderation_queue("pending").items] == [review_id]

    moderation.publish_review(review_id=review_id, acting=OPERATOR, at=NOW)
    assert queries.rating_of(world.of_bowl).count == 1
    assert Review.objects.get().doubts == []


def test_revising_moves_the_summary(world):
    review_id = write(world, world.of_bowl, rating=1)
    reviews.revise_review(
        review_id=review_id, wording=Wording(5, "Better"), acting=world.cy, at=NOW
    )

    assert queries.rating_of(world.of_bowl) == queries.RatingView(1, 500, (0, 0, 0, 0, 1))
    with pytest.raises(queries.ReviewNotFound):
        reviews.revise_review(review_id=review_id, wording=Wording(1), acting=world.lena, at=NOW)


def test_withdrawing_takes_it_off_and_revising_brings_it_back(world):
    review_id = write(world, world.of_bowl)
    reviews.withdraw_review(review_id=review_id, acting=world.cy, at=NOW)
    assert queries.rating_of(world.of_bowl).count == 0

    reviews.revise_review(review_id=review_id, wording=Wording(2), acting=world.cy, at=NOW)
    assert queries.rating_of(world.of_bowl).stars == (0, 1, 0, 0, 0)


def test_reports_lead_to_hiding_with_a_reason_and_back(world):
    review_id = write(world, world.of_bowl, rating=1, text="They are crooks")
    for acting in (world.lena, world.lena, world.finn):
        moderation.report_review(
            review_id=review_id, reason="offensive", note="Rude", acting=acting, at=NOW
        )
    (reported,) = queries.moderation_queue("reported").items
    assert (reported.report_count, len(reported.reports)) == (2, 2)

    with pytest.raises(NotAllowed):
        moderation.hide_review(review_id=review_id, reason="offensive", acting=world.lena, at=NOW)
    moderation.hide_review(review_id=review_id, reason="offensive", acting=OPERATOR, at=NOW)
    assert queries.reviews_about(world.of_bowl).items == []
    assert queries.rating_of(world.of_bowl).count == 0
    assert queries.moderation_queue("reported").items == []

    moderation.publish_review(review_id=review_id, acting=OPERATOR, at=NOW)
    assert queries.rating_of(world.of_bowl).stars == (1, 0, 0, 0, 0)


def test_dismissed_reports_leave_it_standing(world):
    review_id = write(world, world.of_bowl)
    moderation.report_review(review_id=review_id, reason="fake", acting=world.lena, at=NOW)
    moderation.dismiss_reports(review_id=review_id, acting=OPERATOR, at=NOW)

    assert queries.waiting_count() == 0
    assert queries.rating_of(world.of_bowl).count == 1


def test_unknown_reasons_are_refused(world):
    review_id = write(world, world.of_bowl)

    with pytest.raises(Unprocessable):
        moderation.report_review(
            review_id=review_id, reason="I dislike it", acting=world.lena, at=NOW
        )


def test_a_hidden_review_said_differently_waits_for_a_look(world):
    review_id = write(world, world.of_bowl)
    moderation.hide_review(review_id=review_id, reason="spam", acting=OPERATOR, at=NOW)
    reviews.revise_review(
        review_id=review_id, wording=Wording(4, text="Fine"), acting=world.cy, at=NOW
    )

    assert Review.objects.get().state == "pending"
    assert Review.objects.get().doubts == ["was_hidden"]


def test_the_vendor_answers_once_and_may_answer_differently(world):
    review_id = write(world, world.of_bowl)
    assert queries.count_to_answer(world.loam.id) == 1
    replies.reply_to_review(review_id=review_id, text="Thank you", acting=world.lena, at=NOW)
    replies.reply_to_review(review_id=review_id, text="Thanks", acting=world.lena, at=NOW)

    (shown,) = queries.reviews_about(world.of_bowl).items
    assert (shown.reply.vendor_name, shown.reply.text) == ("Loam Studio", "Thanks")
    assert queries.count_to_answer(world.loam.id) == 0
    assert published().count("reviews.review_replied.v1") == 1


def test_only_the_vendor_concerned_answers_and_never_a_review_of_a_buyer(world):
    review_id = write(world, world.of_bowl)
    of_buyer = write(world, world.of_cy, acting=world.lena)

    with pytest.raises(NotAllowed):
        replies.reply_to_review(review_id=review_id, text="Hm", acting=world.finn, at=NOW)
    with pytest.raises(replies.CannotBeAnswered):
        replies.reply_to_review(review_id=of_buyer, text="Hm", acting=world.lena, at=NOW)


def test_the_average_is_rounded_half_up(world):
    for rating in (5, 4, 4):
        order = make_order(world.order.user_id, [world.bowl])
        write(world, world.of_bowl, rating=rating, order=order)

    assert queries.rating_of(world.of_bowl).average_hundredths == 433


def test_summaries_cannot_say_what_their_stars_do_not(world):
    write(world, world.of_bowl)
    rows = RatingSummary.objects.filter(pk=str(world.of_bowl))

    for wrong in ({"count": 2}, {"total": 9}, {"stars_4": -1, "count": -1, "total": -4}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    assert ratings.discrepancies() == []
    rows.delete()
    assert [each.counted for each in ratings.discrepancies()] == [(0, 0, 0, 1, 0)]
