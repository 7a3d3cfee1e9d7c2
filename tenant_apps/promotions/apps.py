from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromotionsConfig(AppConfig):
    name = "tenant_apps.promotions"
    verbose_name = "Promotions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.ledger.domain.chart import AccountTerms, declare_accounts
        from shared_apps.ledger.domain.checks import register_books_check
        from tenant_apps.promotions import handlers, panels  # noqa: F401
        from tenant_apps.promotions.domain import books
        from themes.domain.navigation import NavItem, register_nav_item

        declare_accounts("promotion_cost", AccountTerms("expense"))
        for name, check in books.CHECKS.items():
            register_books_check(name, check)
        for surface in ("manage", "partner"):
            item = NavItem(
                surface,
                _("Promotions"),
                f"/{surface}/promotions/",
                "ticket",
                group="sell",
                order=40,
                module="marketplace",
            )
            register_nav_item(item)
        cards = NavItem(
            "manage", _("Gift cards"), "/manage/gift-cards/", "gift", group="sell", order=45
        )
        register_nav_item(cards)
        register_nav_item(NavItem("account", _("Gift cards"), "/gift-cards/", "gift", order=25))
