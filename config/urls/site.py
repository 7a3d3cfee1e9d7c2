"""The root host: the public site, sign-up and the owner's account."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from provisioning import urls as provisioning
from shared_apps.identity import urls as identity
from shared_apps.media import urls as media
from themes import urls as themes

urlpatterns: list[URLPattern | URLResolver] = [
    *provisioning.site_urls,
    *identity.site_urls,
    *media.site_urls,
    *themes.site_urls,
]
