from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    name = "tenant_apps.settlement"
    verbose_name = "Settlement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.ledger.domain.checks import register_books_check
        from tenant_apps.settlement import handlers  # noqa: F401
        from tenant_apps.settlement.domain import books
        from themes.domain.navigation import NavItem, register_nav_item

        for name, check in books.CHECKS.items():
            register_books_check(name, check)
        url = "/manage/commission/"
        register_nav_item(
            NavItem("manage", _("Commission"), url, "percent", group="money", order=30)
        )
