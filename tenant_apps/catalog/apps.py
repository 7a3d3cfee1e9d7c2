from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "tenant_apps.catalog"
    verbose_name = "Catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenant_apps.catalog import queries
        from tenant_apps.catalog.queries.deciding import CATALOGUE
        from tenant_apps.settlement.domain.sales import fill_catalogue
        from themes.domain.navigation import NavItem, register_nav_item

        fill_catalogue(CATALOGUE)
        items = [
            NavItem("partner", _("Products"), "/partner/products/", "package", "sell", order=10),
            NavItem("partner", _("Stock"), "/partner/stock/", "boxes", "sell", order=20),
            NavItem(
                "manage",
                _("Products"),
                "/manage/approvals/",
                "package",
                "sell",
                order=10,
                count=lambda _request: queries.submitted_count(),
            ),
            NavItem("manage", _("Categories"), "/manage/categories/", "layers", "sell", order=20),
        ]
        for item in items:
            register_nav_item(item)
