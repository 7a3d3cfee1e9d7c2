from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "tenant_apps.payments"
    verbose_name = "Payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.ledger.domain.checks import register_books_check
        from tenant_apps.payments import handlers, panels  # noqa: F401
        from tenant_apps.payments.domain import books
        from themes.domain.navigation import NavItem, register_nav_item

        for name, check in books.CHECKS.items():
            register_books_check(name, check)
        url = "/manage/payments/"
        register_nav_item(
            NavItem("account", _("Saved cards"), "/account/cards/", "credit-card", order=25)
        )
        register_nav_item(
            NavItem("manage", _("Payments"), url, "credit-card", group="money", order=20)
        )
