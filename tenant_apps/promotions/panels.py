"""The form that puts a gift card into the wallet, on the wallet's page."""

from __future__ import annotations

from typing import Any

from shared_apps.kernel.ref import Ref
from themes.domain.panels import Panel, register_panel


def redeem_form(_request: Any, _ref: Ref | None) -> Panel:
    return Panel("promotions/storefront/_redeem.html")


register_panel("wallet.actions", redeem_form, order=20)
