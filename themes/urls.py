"""Addresses of a tenant's look."""

from __future__ import annotations

from django.urls import path, re_path

from themes.views import manage, storefront

storefront_urls = [
    re_path(r"^t/(?P<css_hash>[0-9a-f]{16})\.css$", storefront.style_sheet, name="style_sheet"),
    path("icon.svg", storefront.icon, name="icon"),
    path("manifest.webmanifest", storefront.manifest, name="manifest"),
    path("robots.txt", storefront.robots, name="robots"),
]

# The platform's own hosts have an icon too, and the console keeps robots out.
site_urls = [path("icon.svg", storefront.icon, name="icon")]
console_urls = [
    path("icon.svg", storefront.icon, name="icon"),
    path("robots.txt", storefront.closed_robots, name="robots"),
]

manage_urls = [
    path("manage/brand/", manage.brand, name="manage_brand"),
    path(
        "manage/brand/versions/<uuid:version_id>/restore/",
        manage.restore,
        name="manage_brand_restore",
    ),
]
