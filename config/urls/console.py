"""The console host: the platform's staff."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from provisioning import urls as provisioning
from shared_apps.identity import urls as identity
from shared_apps.mailer import urls as mailer
from shared_apps.media import urls as media
from themes import urls as themes

urlpatterns: list[URLPattern | URLResolver] = [
    *provisioning.console_urls,
    *provisioning.platform_api_urls,
    *identity.api_urls,
    *identity.console_urls,
    *mailer.console_urls,
    *media.console_urls,
    *themes.console_urls,
]
