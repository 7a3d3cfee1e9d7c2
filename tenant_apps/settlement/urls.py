"""The operator's commission rules."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tenant_apps.settlement.views import manage

manage_urls: list[URLPattern | URLResolver] = [
    path("manage/commission/", manage.rules, name="manage_commission"),
    path("manage/commission/release/", manage.release, name="manage_commission_release"),
    path(
        "manage/commission/<uuid:rule_id>/removal/",
        manage.remove,
        name="manage_commission_remove",
    ),
]
