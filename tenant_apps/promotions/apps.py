from __future__ import annotations

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "tenant_apps.promotions"
    verbose_name = "Promotions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.ledger.domain.chart import AccountTerms, declare_accounts
        from shared_apps.ledger.domain.checks import register_books_check
        from tenant_apps.promotions.domain import books

        declare_accounts("promotion_cost", AccountTerms("expense"))
        for name, check in books.CHECKS.items():
            register_books_check(name, check)
