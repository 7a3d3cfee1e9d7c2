"""Promotions and gift cards: for the operator, vendors, customers and programs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.promotions.views import api, manage, partner, storefront

storefront_urls: list[URLPattern | URLResolver] = [
    path("gift-cards/", storefront.buy, name="gift_cards"),
    path("gift-cards/balance/", storefront.balance, name="gift_card_balance"),
    path("gift-cards/return/", storefront.come_back, name="gift_card_return"),
    path("account/wallet/gift-card/", storefront.redeem, name="gift_card_redeem"),
]
partner_urls: list[URLPattern | URLResolver] = [
    path("partner/promotions/", partner.promotions, name="partner_promotions"),
    path("partner/promotions/new/", partner.create, name="partner_promotion_new"),
    path("partner/promotions/<str:public>/", partner.promotion, name="partner_promotion"),
    path(
        "partner/promotions/<str:public>/change/", partner.change, name="partner_promotion_change"
    ),
    path("partner/promotions/<str:public>/move/", partner.move, name="partner_promotion_move"),
    path(
        "partner/promotions/<str:public>/vouchers/",
        partner.vouchers,
        name="partner_promotion_vouchers",
    ),
    path(
        "partner/promotions/<str:public>/codes.csv", partner.codes, name="partner_promotion_codes"
    ),
]
manage_urls: list[URLPattern | URLResolver] = [
    path("manage/promotions/", manage.promotions, name="manage_promotions"),
    path("manage/promotions/new/", manage.create, name="manage_promotion_new"),
    path("manage/promotions/<str:public>/", manage.promotion, name="manage_promotion"),
    path("manage/promotions/<str:public>/change/", manage.change, name="manage_promotion_change"),
    path("manage/promotions/<str:public>/move/", manage.move, name="manage_promotion_move"),
    path(
        "manage/promotions/<str:public>/vouchers/",
        manage.vouchers,
        name="manage_promotion_vouchers",
    ),
    path("manage/promotions/<str:public>/codes.csv", manage.codes, name="manage_promotion_codes"),
    path("manage/gift-cards/", manage.cards, name="manage_gift_cards"),
    path("manage/gift-cards/<str:public>/move/", manage.move_card, name="manage_gift_card_move"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/promotions", api.PromotionsView.as_view(), name="api_promotions"),
    path("api/v1/promotions/<str:public>", api.PromotionView.as_view(), name="api_promotion"),
    path(
        "api/v1/promotions/<str:public>/codes",
        api.CodesView.as_view(),
        name="api_promotion_codes",
    ),
    path(
        "api/v1/promotions/<str:public>/<str:move>",
        api.MoveView.as_view(),
        name="api_promotion_move",
    ),
    path("api/v1/gift-cards", api.GiftCardsView.as_view(), name="api_gift_cards"),
    path("api/v1/gift-cards/balance", api.BalanceView.as_view(), name="api_gift_card_balance"),
    path(
        "api/v1/gift-cards/purchases", api.PurchasesView.as_view(), name="api_gift_card_purchases"
    ),
    path(
        "api/v1/gift-cards/redemptions",
        api.RedemptionsView.as_view(),
        name="api_gift_card_redemptions",
    ),
]
