"""Cart, checkout and orders: for customers, vendors, the operator and programs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.ordering.views import (
    after_urls,
    api,
    checkout,
    delivering,
    manage,
    partner,
    storefront,
    taxes,
)

storefront_urls: list[URLPattern | URLResolver] = [
    *after_urls.STOREFRONT,
    path("cart/", storefront.cart, name="cart"),
    path("cart/lines/", storefront.add_line, name="cart_lines"),
    path("cart/lines/<str:variant>/", storefront.change_line, name="cart_line"),
    path("cart/changes/", storefront.accept_changes, name="cart_changes"),
    path("cart/codes/", storefront.add_code, name="cart_codes"),
    path("cart/codes/removal/", storefront.remove_code, name="cart_code_removal"),
    path("checkout/", checkout.check_out, name="checkout"),
    path("checkout/return/", checkout.come_back, name="checkout_return"),
    path("orders/", storefront.orders, name="orders"),
    path("orders/<str:public>/", storefront.order, name="order"),
]
partner_urls: list[URLPattern | URLResolver] = [
    *after_urls.PARTNER,
    path("partner/orders/", partner.orders, name="partner_orders"),
    path("partner/orders/<str:public>/", partner.order, name="partner_order"),
    path("partner/orders/<str:public>/processing/", partner.process, name="partner_order_process"),
    path("partner/orders/<str:public>/fulfilment/", partner.ship, name="partner_order_ship"),
    path("partner/orders/<str:public>/delivery/", partner.deliver, name="partner_order_deliver"),
    path("partner/orders/<str:public>/cancellation/", partner.cancel, name="partner_order_cancel"),
    *delivering.urls_of(delivering.PARTNER),
]
manage_urls: list[URLPattern | URLResolver] = [
    *after_urls.MANAGE,
    path("manage/orders/", manage.orders, name="manage_orders"),
    path("manage/orders/<str:public>/", manage.order, name="manage_order"),
    path(
        "manage/vendor-orders/<str:public>/delivery/", manage.deliver, name="manage_order_deliver"
    ),
    path("manage/taxes/", taxes.taxes, name="manage_taxes"),
    path("manage/taxes/zones/", taxes.add_zone, name="manage_tax_zones"),
    path("manage/taxes/vendors/", taxes.liability, name="manage_tax_liability"),
    path("manage/taxes/zones/<str:public>/", taxes.zone, name="manage_tax_zone"),
    path(
        "manage/taxes/zones/<str:public>/removal/",
        taxes.remove_zone,
        name="manage_tax_zone_removal",
    ),
    *delivering.urls_of(delivering.MANAGE),
]
api_urls: list[URLPattern | URLResolver] = [
    *after_urls.API,
    path("api/v1/cart", api.CartView.as_view(), name="api_cart"),
    path("api/v1/cart/lines", api.CartLinesView.as_view(), name="api_cart_lines"),
    path("api/v1/cart/lines/<str:variant>", api.CartLineView.as_view(), name="api_cart_line"),
    path("api/v1/cart/changes", api.CartChangesView.as_view(), name="api_cart_changes"),
    path("api/v1/cart/codes", api.CartCodesView.as_view(), name="api_cart_codes"),
    path("api/v1/cart/codes/<str:code>", api.CartCodeView.as_view(), name="api_cart_code"),
    path("api/v1/cart/quote", api.CartQuoteView.as_view(), name="api_cart_quote"),
    path(
        "api/v1/cart/payment-methods",
        api.PaymentMethodsView.as_view(),
        name="api_cart_payment_methods",
    ),
    path("api/v1/checkout", api.CheckoutView.as_view(), name="api_checkout"),
    path("api/v1/orders", api.OrdersView.as_view(), name="api_orders"),
    path("api/v1/orders/<str:public>", api.OrderView.as_view(), name="api_order"),
    path("api/v1/partner/orders", api.VendorOrdersView.as_view(), name="api_partner_orders"),
    path(
        "api/v1/partner/orders/<str:public>",
        api.VendorOrderView.as_view(),
        name="api_partner_order",
    ),
    path(
        "api/v1/partner/orders/<str:public>/fulfilment",
        api.FulfilmentView.as_view(),
        name="api_partner_order_fulfilment",
    ),
    path(
        "api/v1/partner/orders/<str:public>/delivery",
        api.DeliveryView.as_view(),
        name="api_partner_order_delivery",
    ),
]
