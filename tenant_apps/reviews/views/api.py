"""Reviews for programs."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.shapes import limit_of, listing
from tenant_apps.reviews import queries
from tenant_apps.reviews.domain import moderation, replies, reviews
from tenant_apps.reviews.queries import REVIEW_PREFIX
from tenant_apps.reviews.serializers import (
    ReplyInput,
    ReportInput,
    ReviewInput,
    WordingInput,
    rating_json,
    review_json,
)
from tenant_apps.reviews.views.showing import public_subject, subject_of


class ReviewsView(APIView):
    def get_permissions(self) -> list[AllowAny | IsAuthenticated]:
        return [AllowAny() if self.request.method == "GET" else IsAuthenticated()]

    @extend_schema(responses={200: dict}, tags=["reviews"])
    def get(self, request: Request) -> Response:
        """Published reviews of `subject` (prod_..., part_...), newest first; `stars` 1 to 5."""
        asked = request.query_params
        if not asked.get("subject"):
            raise Unprocessable(errors={"subject": ["Name a product or a partner"]})
        subject = subject_of(asked["subject"], public_only=True)
        stars = asked.get("stars", "")
        page = queries.reviews_about(
            subject,
            stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            (review_json(review, public_subject) for review in page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
            rating=rating_json(queries.rating_of(subject)),
        )
        return Response(body)

    @extend_schema(request=ReviewInput, responses={201: dict}, tags=["reviews"])
    def post(self, request: Request) -> Response:
        """Review a product, a partner or a buyer after the order was delivered; once each."""
        form = ReviewInput(data=request.data)
        form.is_valid(raise_exception=True)
        review_id = reviews.write_review(
            subject=subject_of(form.validated_data["subject"]),
            order_id=parse_public_id("ord", form.validated_data["order"]),
            wording=form.wording(),
            acting=acting_as(request),
            at=now(),
        )
        return _mine(request, review_id, 201)


class ReviewView(APIView):
    @extend_schema(responses={200: dict}, tags=["reviews"])
    def get(self, request: Request, review_id: str) -> Response:
        """A review of one's own, with its status."""
        return _mine(request, parse_public_id(REVIEW_PREFIX, review_id))

    @extend_schema(request=WordingInput, responses={200: dict}, tags=["reviews"])
    def put(self, request: Request, review_id: str) -> Response:
        """Say it differently."""
        found = _known(review_id)
        form = WordingInput(data=request.data)
        form.is_valid(raise_exception=True)
        reviews.revise_review(
            review_id=found, wording=form.wording(), acting=acting_as(request), at=now()
        )
        return _mine(request, found)

    @extend_schema(responses={204: None}, tags=["reviews"])
    def delete(self, request: Request, review_id: str) -> Response:
        """Take it back."""
        found = parse_public_id(REVIEW_PREFIX, review_id)
        reviews.withdraw_review(review_id=found, acting=acting_as(request), at=now())
        return Response(status=204)


class ReplyView(APIView):
    @extend_schema(request=ReplyInput, responses={200: dict}, tags=["reviews"])
    def put(self, request: Request, review_id: str) -> Response:
        """The vendor's answer."""
        found = _known(review_id)
        form = ReplyInput(data=request.data)
        form.is_valid(raise_exception=True)
        replies.reply_to_review(
            review_id=found, text=form.validated_data["text"], acting=acting_as(request), at=now()
        )
        return Response(review_json(queries.published_review(found), public_subject))


class ReportsView(APIView):
    @extend_schema(request=ReportInput, responses={204: None}, tags=["reviews"])
    def post(self, request: Request, review_id: str) -> Response:
        """Say that a review should not stand."""
        found = _known(review_id)
        form = ReportInput(data=request.data)
        form.is_valid(raise_exception=True)
        moderation.report_review(
            review_id=found,
            acting=acting_as(request),
            at=now(),
            **form.validated_data,
        )
        return Response(status=204)


def _known(public: str) -> UUID:
    """An id of a review that exists here; whose it is, the domain asks."""
    review_id = parse_public_id(REVIEW_PREFIX, public)
    queries.require_review(review_id)
    return review_id


def _mine(request: Request, review_id: UUID, status: int = 200) -> Response:
    review = queries.review_by(review_id, UUID(acting_as(request).id))
    return Response(review_json(review, public_subject, mine=True), status=status)
