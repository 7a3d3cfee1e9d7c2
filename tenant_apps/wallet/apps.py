from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WalletConfig(AppConfig):
    name = "tenant_apps.wallet"
    verbose_name = "Wallet"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.ledger.domain.chart import AccountTerms, declare_accounts
        from shared_apps.ledger.domain.checks import register_books_check
        from tenant_apps.wallet.domain import books
        from themes.domain.navigation import NavItem, register_nav_item

        for word in ("gift_card", "gift_card_held"):
            declare_accounts(word, AccountTerms("liability", cached=True, floor=0))
        for name, check in books.CHECKS.items():
            register_books_check(name, check)
        url = "/account/wallet/"
        register_nav_item(NavItem("account", _("Wallet"), url, "wallet", order=20))
        register_nav_item(
            NavItem("manage", _("Wallets"), "/manage/wallets/", "wallet", group="money", order=50)
        )
