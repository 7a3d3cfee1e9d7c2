"""The address book: pages and API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.places.views import api, storefront

_ONE = "account/addresses/<str:public>/"

storefront_urls: list[URLPattern | URLResolver] = [
    path("account/addresses/", storefront.addresses, name="addresses"),
    path(_ONE, storefront.address, name="address"),
    path(f"{_ONE}default/", storefront.choose_default, name="address_default"),
    path(f"{_ONE}removal/", storefront.remove, name="address_removal"),
]
api_urls: list[URLPattern | URLResolver] = [
    path("api/v1/addresses", api.AddressesView.as_view(), name="api_addresses"),
    path("api/v1/addresses/<str:public>", api.AddressItemView.as_view(), name="api_address"),
]
