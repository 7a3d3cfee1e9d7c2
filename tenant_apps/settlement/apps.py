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
        items = [
            NavItem("manage", _("Commission"), "/manage/commission/", "percent", "money", order=30),
            NavItem("manage", _("Payouts"), "/manage/payouts/", "hand-coins", "money", order=25),
            NavItem(
                "partner", _("Earnings"), "/partner/earnings/", "hand-coins", "money", order=10
            ),
        ]
        for item in items:
            register_nav_item(item)
