"""Addresses of reviews: pages of readers, vendors and the operator, and the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.reviews.views import api, manage, partner, storefront

_ONE = "api/v1/reviews/<str:review_id>"

storefront_urls: list[URLPattern | URLResolver] = [
    path("reviews/<str:public>/", storefront.about, name="reviews"),
    path("reviews/<str:public>/revision/", storefront.revise, name="review_revision"),
    path("reviews/<str:public>/withdrawal/", storefront.withdraw, name="review_withdrawal"),
    path("reviews/<str:public>/reports/", storefront.report, name="review_reports"),
    path("orders/<str:public>/reviews/", storefront.of_order, name="order_reviews"),
    path("orders/<str:public>/reviews/<str:subject>/", storefront.write, name="order_review"),
]
partner_urls: list[URLPattern | URLResolver] = [
    path("partner/reviews/", partner.list_reviews, name="partner_reviews"),
    path("partner/reviews/<str:public>/reply/", partner.reply, name="partner_review_reply"),
    path(
        "partner/orders/<str:public>/buyer-review/",
        partner.write_of_buyer,
        name="partner_buyer_review",
    ),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/reviews/", manage.queue, name="manage_reviews"),
    path(
        "manage/reviews/<str:public>/<str:decision>/", manage.decide, name="manage_review_decision"
    ),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/reviews", api.ReviewsView.as_view(), name="api_reviews"),
    path(_ONE, api.ReviewView.as_view(), name="api_review"),
    path(f"{_ONE}/reply", api.ReplyView.as_view(), name="api_review_reply"),
    path(f"{_ONE}/reports", api.ReportsView.as_view(), name="api_review_reports"),
]
