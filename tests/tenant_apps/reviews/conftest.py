"""Cy bought two things of two shops, and they arrived."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared_apps.kernel.ref import Ref
from tests.factories.catalog import make_listing
from tests.factories.partners import actor_for, make_person, make_vendor
from tests.factories.reviews import make_order


def arrived() -> Any:
    lena, finn, cy = (make_person(f"{name}@example.com") for name in ("lena", "finn", "cy"))
    loam, fern = make_vendor("Loam Studio", owner=lena), make_vendor("Fern Paper", owner=finn)
    bowl, card = make_listing(loam, "Bowl"), make_listing(fern, "Card")
    order = make_order(cy.pk, [bowl, card])
    return SimpleNamespace(
        loam=loam,
        fern=fern,
        bowl=bowl,
        card=card,
        order=order,
        lena=actor_for(lena),
        finn=actor_for(finn),
        cy=actor_for(cy),
        of_bowl=Ref("catalog.product", str(bowl)),
        of_loam=Ref("partners.partner", str(loam.id)),
        of_cy=Ref("identity.user", str(cy.pk)),
    )


@pytest.fixture
def world(in_alpha: Any) -> Any:
    return arrived()
