"""A tenant's host: storefront, partner and manage pages, and the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularJSONAPIView

from shared_apps.identity import urls as identity
from shared_apps.media import urls as media
from tenant_apps.catalog import urls as catalog
from tenant_apps.discovery import urls as discovery
from tenant_apps.integrations import urls as integrations
from tenant_apps.manage import urls as manage
from tenant_apps.ordering import urls as ordering
from tenant_apps.partners import urls as partners
from tenant_apps.payments import urls as payments
from tenant_apps.places import urls as places
from tenant_apps.promotions import urls as promotions
from tenant_apps.reviews import urls as reviews
from tenant_apps.settlement import urls as settlement
from tenant_apps.storefront import urls as storefront
from tenant_apps.wallet import urls as wallet
from themes import urls as themes

urlpatterns: list[URLPattern | URLResolver] = [
    *themes.storefront_urls,
    *themes.manage_urls,
    *identity.storefront_urls,
    *identity.manage_urls,
    *identity.api_urls,
    *media.storefront_urls,
    *partners.partner_urls,
    *partners.manage_urls,
    *partners.api_urls,
    *catalog.partner_urls,
    *catalog.manage_urls,
    *catalog.api_urls,
    *discovery.api_urls,
    *integrations.partner_urls,
    *integrations.manage_urls,
    *integrations.api_urls,
    *manage.manage_urls,
    *manage.api_urls,
    *storefront.partner_urls,
    *storefront.storefront_urls,
    *wallet.storefront_urls,
    *wallet.manage_urls,
    *wallet.api_urls,
    *payments.storefront_urls,
    *payments.manage_urls,
    *payments.api_urls,
    *settlement.manage_urls,
    *settlement.partner_urls,
    *settlement.api_urls,
    *promotions.storefront_urls,
    *promotions.partner_urls,
    *promotions.manage_urls,
    *promotions.api_urls,
    *places.storefront_urls,
    *places.api_urls,
    *ordering.storefront_urls,
    *ordering.partner_urls,
    *ordering.manage_urls,
    *ordering.api_urls,
    *reviews.storefront_urls,
    *reviews.partner_urls,
    *reviews.manage_urls,
    *reviews.api_urls,
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="api_schema"),
]
