"""The platform's own looks: its public site, the back offices, and a plain one for a tenant without a design."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from themes.domain.tokens import Tokens

LOOKS: Mapping[str, Tokens] = MappingProxyType(
    {
        "plain": Tokens(brand="#35425b", accent="#a3542b", mode="auto", tint=0.006, radius=12),
        "site": Tokens(
            brand="#4b2ee8",
            accent="#ff7a45",
            tint=0.009,
            tint_from="#7b5cff",
            display_font="bricolage",
            body_font="figtree",
            radius=16,
            button_radius=99,
            display_weight=680,
            display_tracking=-0.03,
            display_leading=1.04,
            logo_weight=720,
            logo_tracking=-0.035,
        ),
        "workspace": Tokens(
            brand="#4b2ee8",
            accent="#0f8a7e",
            mode="auto",
            tint=0.005,
            tint_from="#6f7590",
            radius=12,
            button_radius=9,
            display_weight=660,
            display_tracking=-0.022,
            display_leading=1.15,
        ),
    },
)
