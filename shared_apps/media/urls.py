"""Addresses of stored files, the same on every surface."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from shared_apps.media.views import files

storefront_urls: list[URLPattern | URLResolver] = [
    re_path(
        r"^media/(?P<sha256>[0-9a-f]{64})/(?P<name>[0-9]{1,4}\.(?:jpg|png|webp|avif))$",
        files.image,
        name="media_image",
    ),
    path("media/private/<str:token>/", files.private, name="media_private"),
]
site_urls = storefront_urls
console_urls = storefront_urls
