"""Addresses of the public site and of the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from provisioning.views import api, console, site, takes

site_urls: list[URLPattern] = [
    path("", site.home, name="site-home"),
    path("pricing/", site.pricing, name="site-pricing"),
    path("sign-up/", site.start, name="site-sign-up"),
    path("sign-up/check/", site.check_slug, name="site-check-slug"),
    path("marketplaces/", site.marketplaces, name="site-marketplaces"),
    path("marketplaces/<slug:slug>/", site.marketplace, name="site-marketplace"),
]

console_urls: list[URLPattern] = [
    path("", console.dashboard, name="console-home"),
    path("tenants/new/", console.create, name="console-create"),
    path("tenants/<slug:slug>/", console.tenant, name="console-tenant"),
    path("tenants/<slug:slug>/tier/", console.tier, name="console-tier"),
    *[
        path(f"tenants/<slug:slug>/{name}/", console.move, {"name": name}, name=f"console-{name}")
        for name in ("suspend", "resume", "close")
    ],
    path("pool/", console.pool, name="console-pool"),
    path("takes/", takes.takes, name="console-takes"),
]

platform_api_urls: list[URLPattern] = [
    path("api/platform/v1/tenants", api.TenantsView.as_view(), name="platform-tenants"),
    path("api/platform/v1/tenants/<slug:slug>", api.TenantView.as_view(), name="platform-tenant"),
    path(
        "api/platform/v1/tenants/<slug:slug>/suspension",
        api.SuspensionView.as_view(),
        name="platform-suspension",
    ),
    path(
        "api/platform/v1/tenants/<slug:slug>/closure",
        api.ClosureView.as_view(),
        name="platform-closure",
    ),
    path("api/platform/v1/pool", api.PoolView.as_view(), name="platform-pool"),
]
