from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "tenant_apps.reviews"
    verbose_name = "Reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenant_apps.reviews import panels, queries  # noqa: F401
        from themes.domain.navigation import NavItem, register_nav_item

        register_nav_item(
            NavItem("partner", _("Reviews"), "/partner/reviews/", "star", "sell", order=40)
        )
        register_nav_item(
            NavItem(
                "manage",
                _("Reviews"),
                "/manage/reviews/",
                "star",
                "people",
                order=15,
                count=lambda _request: queries.waiting_count(),
            )
        )
