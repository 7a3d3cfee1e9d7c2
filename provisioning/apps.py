from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvisioningConfig(AppConfig):
    name = "provisioning"
    verbose_name = "Provisioning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from themes.domain.navigation import NavItem, register_nav_item

        for item in (
            NavItem("console", _("Tenants"), "/", "store", group="platform", order=10),
            NavItem("console", _("Our take"), "/takes/", "wallet", group="platform", order=15),
            NavItem("console", _("Schema pool"), "/pool/", "layers", group="platform", order=20),
            NavItem("console", _("Mailbox"), "/dev/mailbox/", "mail", group="platform", order=30),
            NavItem("console", _("Account"), "/account/", "user", group="settings", order=10),
        ):
            register_nav_item(item)
