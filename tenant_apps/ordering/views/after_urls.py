"""Addresses of what follows a sale, on every surface."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.ordering.views import (
    api_after,
    api_purchases,
    manage_after,
    partner,
    partner_returns,
    purchases,
)

Patterns = list[URLPattern | URLResolver]
_ORDER, _PART = "orders/<str:public>", "orders/<str:public>/parts/<str:part>"
_OWN, _RETURN = "partner/orders/<str:public>", "partner/returns/<str:public>"
_MANAGED = "manage/orders/<str:public>"
_API, _API_OWN = "api/v1/orders/<str:public>", "api/v1/partner/orders/<str:public>"
_API_RETURN, _API_MANAGE = "api/v1/partner/returns/<str:public>", "api/v1/manage"

STOREFRONT: Patterns = [
    path("downloads/", purchases.downloads, name="downloads"),
    path("downloads/<str:found>/", purchases.download, name="download"),
    path(f"{_ORDER}/cancellation/", purchases.cancel_order, name="order_cancel"),
    path(f"{_ORDER}/address/", purchases.change_address, name="order_address"),
    path(f"{_ORDER}/documents/<str:found>/", purchases.document, name="order_document"),
    path(
        f"{_ORDER}/returns/<str:found>/withdrawal/",
        purchases.withdraw_return,
        name="return_withdraw",
    ),
    path(
        f"{_ORDER}/claims/<str:found>/withdrawal/",
        purchases.withdraw_claim,
        name="claim_withdraw",
    ),
    path(f"{_PART}/cancellation/", purchases.cancel_part, name="part_cancel"),
    path(f"{_PART}/receipt/", purchases.receive, name="part_receive"),
    path(f"{_PART}/return/", purchases.send_back, name="part_return"),
    path(f"{_PART}/claim/", purchases.complain, name="part_claim"),
]
PARTNER: Patterns = [
    path(f"{_OWN}/parcels/<str:parcel>/delivery/", partner.deliver, name="partner_parcel_deliver"),
    path(f"{_OWN}/refund/", partner.pay_back, name="partner_order_refund"),
    path(f"{_OWN}/claims/<str:found>/answer/", partner.answer_claim, name="partner_claim_answer"),
    path(f"{_OWN}/documents/<str:found>/", partner.document, name="partner_document"),
    path("partner/returns/", partner_returns.inbox, name="partner_returns"),
    path(f"{_RETURN}/", partner_returns.one, name="partner_return"),
    path(f"{_RETURN}/answer/", partner_returns.answer, name="partner_return_answer"),
    path(f"{_RETURN}/receipt/", partner_returns.receive, name="partner_return_receipt"),
    path(f"{_RETURN}/inspection/", partner_returns.inspect, name="partner_return_inspection"),
    path(f"{_RETURN}/replacement/", partner_returns.replace, name="partner_return_replacement"),
    path("partner/digital/", partner_returns.digital, name="partner_digital"),
    path("partner/digital/<str:variant>/", partner_returns.digital_good, name="digital_good"),
    path("partner/digital/<str:variant>/keys/", partner_returns.digital_keys, name="digital_keys"),
]
MANAGE: Patterns = [
    path("manage/orders/settings/", manage_after.settings, name="manage_order_terms"),
    path(f"{_MANAGED}/cancellation/", manage_after.cancel_order, name="manage_order_cancel"),
    path(f"{_MANAGED}/documents/<str:found>/", manage_after.document, name="manage_document"),
    path(
        f"{_MANAGED}/parts/<str:part>/cancellation/",
        manage_after.cancel_part,
        name="manage_part_cancel",
    ),
    path(f"{_MANAGED}/parts/<str:part>/refund/", manage_after.pay_back, name="manage_part_refund"),
    path("manage/claims/", manage_after.all_claims, name="manage_claims"),
    path("manage/claims/<str:public>/", manage_after.claim, name="manage_claim"),
    path("manage/returns/", manage_after.all_returns, name="manage_returns"),
]
API: Patterns = [
    path(f"{_API}/cancellation", api_purchases.CancellationView.as_view()),
    path(f"{_API}/receipt", api_purchases.ReceiptView.as_view()),
    path(f"{_API}/address", api_purchases.AddressView.as_view()),
    path(f"{_API}/timeline", api_purchases.TimelineView.as_view()),
    path(f"{_API}/returns", api_purchases.ReturnsView.as_view()),
    path(f"{_API}/returns/<str:found>", api_purchases.ReturnView.as_view()),
    path(f"{_API}/claims", api_purchases.ClaimsView.as_view()),
    path(f"{_API}/documents", api_purchases.DocumentsView.as_view()),
    path("api/v1/downloads", api_purchases.DownloadsView.as_view()),
    path("api/v1/downloads/<str:found>", api_purchases.DownloadView.as_view()),
    path(f"{_API_OWN}/status", api_after.PartStatusView.as_view()),
    path(f"{_API_OWN}/cancellation", api_after.PartCancellationView.as_view()),
    path(f"{_API_OWN}/refunds", api_after.PartRefundView.as_view()),
    path(f"{_API_OWN}/timeline", api_after.PartTimelineView.as_view()),
    path(f"{_API_OWN}/documents", api_after.PartDocumentsView.as_view()),
    path("api/v1/partner/returns", api_after.PartReturnsView.as_view()),
    path(_API_RETURN, api_after.PartReturnView.as_view()),
    path(f"{_API_RETURN}/answer", api_after.ReturnAnswerView.as_view()),
    path(f"{_API_RETURN}/receipt", api_after.ReturnReceiptView.as_view()),
    path(f"{_API_RETURN}/inspection", api_after.ReturnInspectionView.as_view()),
    path(f"{_API_RETURN}/replacement", api_after.ReturnReplacementView.as_view()),
    path(f"{_API_MANAGE}/orders", api_after.OperatorOrdersView.as_view()),
    path(f"{_API_MANAGE}/orders/<str:public>", api_after.OperatorOrderView.as_view()),
    path(
        f"{_API_MANAGE}/orders/<str:public>/cancellation",
        api_after.OperatorCancellationView.as_view(),
    ),
    path(
        f"{_API_MANAGE}/vendor-orders/<str:public>/refunds",
        api_after.OperatorRefundView.as_view(),
    ),
    path(f"{_API_MANAGE}/claims", api_after.OperatorClaimsView.as_view()),
    path(f"{_API_MANAGE}/claims/<str:public>/decision", api_after.OperatorDecisionView.as_view()),
]
