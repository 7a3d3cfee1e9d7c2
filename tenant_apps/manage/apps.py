from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManageConfig(AppConfig):
    name = "tenant_apps.manage"
    verbose_name = "Manage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from themes.domain.navigation import NavItem, register_nav_item

        items = [
            NavItem("manage", _("Home"), "/manage/", "home", order=0),
            # Identity lies below the rails and cannot enter itself.
            NavItem("manage", _("People"), "/manage/people/", "users", "people", order=20),
            NavItem("manage", _("Money"), "/manage/money/", "chart-column", "money", order=5),
            NavItem("manage", _("Books"), "/manage/books/", "book-open", "money", order=60),
            NavItem("manage", _("Plan"), "/manage/subscription/", "receipt", "settings", order=90),
        ]
        for item in items:
            register_nav_item(item)
