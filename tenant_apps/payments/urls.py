"""Where gateways report, customers keep cards, and the operator looks after payments."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.payments.views import (
    api,
    api_operator,
    disputes,
    hooks,
    inbox,
    manage,
    money,
    storefront,
    top_ups,
)

_MANAGE = "manage/payments/"
_API = "api/v1/payments"

storefront_urls: list[URLPattern | URLResolver] = [
    path("hooks/<slug:kind>/<str:token>/", hooks.webhook, name="payment_webhook"),
    path("account/wallet/top-up/", top_ups.top_up, name="wallet_top_up"),
    path("account/wallet/return/", top_ups.come_back, name="wallet_top_up_return"),
    path("account/cards/", storefront.cards, name="saved_cards"),
    path("account/cards/<str:public>/<slug:change>/", storefront.change_card, name="saved_card"),
]
manage_urls: list[URLPattern | URLResolver] = [
    path(_MANAGE, manage.gateway, name="manage_payments"),
    path(f"{_MANAGE}accounts/<slug:kind>/", manage.account, name="manage_gateway"),
    path(f"{_MANAGE}accounts/<slug:kind>/terms/", manage.terms, name="manage_gateway_terms"),
    path(f"{_MANAGE}accounts/<slug:kind>/sandbox/", manage.sandbox, name="manage_gateway_sandbox"),
    path(
        f"{_MANAGE}accounts/<uuid:account_id>/<slug:change>/",
        manage.change_account,
        name="manage_gateway_change",
    ),
    path(f"{_MANAGE}methods/<slug:method>/", manage.offline, name="manage_offline_method"),
    path(f"{_MANAGE}received/", money.payments, name="manage_received"),
    path(f"{_MANAGE}received/<str:public>/", money.payment, name="manage_payment"),
    path(f"{_MANAGE}received/<str:public>/receipt/", money.receive, name="manage_payment_receipt"),
    path(f"{_MANAGE}refunds/", money.refund_list, name="manage_refunds"),
    path(
        f"{_MANAGE}refunds/<str:public>/<slug:change>/",
        money.change_refund,
        name="manage_refund_change",
    ),
    path(f"{_MANAGE}disputes/", disputes.disputes, name="manage_disputes"),
    path(f"{_MANAGE}disputes/<str:public>/", disputes.dispute, name="manage_dispute"),
    path(
        f"{_MANAGE}disputes/<str:public>/evidence/",
        disputes.answer,
        name="manage_dispute_evidence",
    ),
    path(
        f"{_MANAGE}disputes/<str:public>/acceptance/",
        disputes.accept,
        name="manage_dispute_acceptance",
    ),
    path(f"{_MANAGE}messages/", inbox.inbox, name="manage_payment_messages"),
    path(
        f"{_MANAGE}messages/<uuid:webhook_id>/replay/",
        inbox.replay,
        name="manage_payment_message_replay",
    ),
    path(f"{_MANAGE}reconciliation/", inbox.compare, name="manage_reconciliation"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/wallet/top-ups", top_ups.TopUpsView.as_view(), name="api_wallet_top_ups"),
    path(_API, api.PaymentsView.as_view(), name="api_payments"),
    path(f"{_API}/methods", api.MethodsView.as_view(), name="api_payment_methods"),
    path(f"{_API}/cards", api.CardsView.as_view(), name="api_cards"),
    path(f"{_API}/cards/<str:public>", api.CardView.as_view(), name="api_card"),
    path(
        f"{_API}/cards/<str:public>/default",
        api.DefaultCardView.as_view(),
        name="api_card_default",
    ),
    path(f"{_API}/shops/<str:partner>", api.ShopPaymentsView.as_view(), name="api_shop_payments"),
    path(f"{_API}/refunds", api_operator.RefundsView.as_view(), name="api_refunds"),
    path(
        f"{_API}/refunds/<str:public>/payment",
        api_operator.RefundSentView.as_view(),
        name="api_refund_sent",
    ),
    path(f"{_API}/disputes", api_operator.DisputesView.as_view(), name="api_disputes"),
    path(f"{_API}/disputes/<str:public>", api_operator.DisputeView.as_view(), name="api_dispute"),
    path(
        f"{_API}/disputes/<str:public>/evidence",
        api_operator.EvidenceView.as_view(),
        name="api_dispute_evidence",
    ),
    path(
        f"{_API}/reconciliation",
        api_operator.ReconciliationView.as_view(),
        name="api_reconciliation",
    ),
    path(f"{_API}/<str:public>", api.PaymentDetailView.as_view(), name="api_payment"),
    path(
        f"{_API}/<str:public>/verification",
        api.VerificationView.as_view(),
        name="api_payment_verification",
    ),
    path(f"{_API}/<str:public>/receipt", api.ReceiptView.as_view(), name="api_payment_receipt"),
]
