"""Reviews with their moves, replies and reports; and what they come to for each subject."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.pii import register_pii
from tenant_apps.reviews.lifecycle import REASONS, REVIEW

STARS_MAX = 5


class Review(models.Model):
    """What one author says of one subject after one order.

    `subject` and `author` are texts of a Ref; the author of a review of a buyer is the vendor.
    `vendor` is who was sold from and may reply. `doubts` are the reasons why it waits for a look,
    `report_count` how many reports nobody has decided on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=120)
    about = models.CharField(max_length=300)
    about_url = models.CharField(max_length=300, blank=True, default="")
    author = models.CharField(max_length=120)
    author_name = models.CharField(max_length=120)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    vendor = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="reviews")
    order = models.ForeignKey("ordering.Order", on_delete=models.PROTECT, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField(blank=True, default="")
    is_verified = models.BooleanField(default=True)
    state = models.CharField(max_length=40, default=REVIEW.initial)
    doubts = ArrayField(models.CharField(max_length=40), default=list)
    report_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    revised_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            REVIEW.constraint("review_state_known"),
            models.UniqueConstraint(
                fields=["author", "subject", "order"], name="one_review_per_author_and_order"
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=STARS_MAX), name="review_gives_1_to_5_stars"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="review_published_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject", "-created_at", "-id"],
                condition=Q(state="published"),
                name="review_of_subject",
            ),
            models.Index(fields=["vendor", "-created_at", "-id"], name="review_of_vendor"),
            models.Index(fields=["state", "-created_at", "-id"], name="review_by_state"),
            models.Index(
                fields=["-created_at"], condition=Q(report_count__gt=0), name="review_reported"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating} for {self.subject} ({self.state})"


class ReviewMove(Move):
    """One change of a review's state; the note of a hiding starts with its reason."""

    subject = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="moves")


class ReviewReply(models.Model):
    """The vendor's answer, one for a review."""

    review = models.OneToOneField(
        Review, on_delete=models.CASCADE, primary_key=True, related_name="reply"
    )
    text = models.TextField()
    actor = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    revised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="reply_says_something")]

    def __str__(self) -> str:
        return self.text[:60]


class ReviewReport(models.Model):
    """Somebody says that a review should not stand; once a person. Open until `settled_at`."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reports")
    reporter = models.CharField(max_length=120)
    reason = models.CharField(max_length=30)
    note = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "reporter"], name="one_report_per_person"),
            models.CheckConstraint(
                condition=Q(reason__in=REASONS), name="review_report_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.review_id}"


class RatingSummary(models.Model):
    """What the published reviews of a subject come to, moved in the transaction of each of them."""

    subject = models.CharField(max_length=120, primary_key=True)
    count = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    stars_1 = models.IntegerField(default=0)
    stars_2 = models.IntegerField(default=0)
    stars_3 = models.IntegerField(default=0)
    stars_4 = models.IntegerField(default=0)
    stars_5 = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    stars_1__gte=0, stars_2__gte=0, stars_3__gte=0, stars_4__gte=0, stars_5__gte=0
                ),
                name="rating_stars_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    count=F("stars_1") + F("stars_2") + F("stars_3") + F("stars_4") + F("stars_5")
                ),
                name="rating_count_is_its_stars",
            ),
            models.CheckConstraint(
                condition=Q(
                    total=F("stars_1")
                    + F("stars_2") * 2
                    + F("stars_3") * 3
                    + F("stars_4") * 4
                    + F("stars_5") * 5
                ),
                name="rating_total_is_its_stars",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.total}/{self.count}"


register_pii("reviews.Review", "author_name", "pseudonymise")
register_pii("reviews.Review", "text", "erase")
register_pii("reviews.Review", "title", "erase")
