from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrderingConfig(AppConfig):
    name = "tenant_apps.ordering"
    verbose_name = "Ordering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shared_apps.ledger.domain.checks import register_books_check
        from tenant_apps.ordering import handlers, panels  # noqa: F401
        from tenant_apps.ordering.domain import books, capturing, sold
        from tenant_apps.payments.domain.authorisations import register_capture_gate
        from tenant_apps.settlement.domain import sales
        from themes.domain.navigation import NavItem, register_nav_item

        for name, check in books.CHECKS.items():
            register_books_check(name, check)
        register_capture_gate("ordering.order", capturing.still_to_be_had)
        sales.fill_sales(sold.sold_since)
        sales.fill_names("ordering.vendor_order", sold.numbers_of)
        for surface in ("manage", "partner"):
            url = f"/{surface}/orders/"
            item = NavItem(
                surface,
                _("Orders"),
                url,
                "receipt",
                group="sell",
                order=5,
                module="marketplace",
            )
            register_nav_item(item)
        delivery = _("Delivery")
        register_nav_item(
            NavItem("manage", delivery, "/manage/delivery/", "truck", "sell", order=40)
        )
        register_nav_item(
            NavItem("partner", delivery, "/partner/delivery/", "truck", "settings", order=40)
        )
        url = "/manage/taxes/"
        register_nav_item(NavItem("manage", _("Taxes"), url, "percent", group="money", order=40))
        register_nav_item(NavItem("account", _("Orders"), "/orders/", "package", order=10))
        for words in (
            ("manage", _("Problems"), "/manage/claims/", "life-buoy", "sell", 6),
            ("manage", _("Returns"), "/manage/returns/", "undo-2", "sell", 7),
            ("manage", _("After the sale"), "/manage/orders/settings/", "clock", "settings", 30),
            ("partner", _("Returns"), "/partner/returns/", "undo-2", "sell", 6),
            ("partner", _("Digital goods"), "/partner/digital/", "download", "sell", 30),
        ):
            register_nav_item(NavItem(*words, module="marketplace"))
        downloads = NavItem("account", _("Downloads"), "/downloads/", "download", order=11)
        register_nav_item(downloads)
