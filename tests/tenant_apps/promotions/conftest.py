from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.promotions.domain import discounts, promotions
from tenant_apps.promotions.domain.discounts import DiscountLine, Quote
from tenant_apps.promotions.domain.promotions import PromotionDraft
from tests.factories.shop import make_vendor
from tests.world import NOW

ADA = Actor("user", str(uuid4()), "Ada", frozenset({"operator"}))
EMAIL = "cy@customers.example"
reserve, confirm, give_back = (
    operation(step)
    for step in (discounts.reserve_codes, discounts.confirm_codes, discounts.give_back_codes)
)
TEN_PER_CENT = PromotionDraft(
    title="Ten off",
    kind="percentage",
    currency="EUR",
    starts_at=NOW - timedelta(days=1),
    code="TEN",
    bps=1000,
)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def order(name: str = "o1") -> Ref:
    return Ref("ordering.order", name)


def make(acting: Actor = ADA, vendor_id: UUID | None = None, **changes: Any) -> UUID:
    draft = replace(TEN_PER_CENT, **changes)
    return promotions.create_promotion(draft=draft, vendor_id=vendor_id, acting=acting, at=NOW)


def line(
    vendor_id: UUID, amount: str, *, path: str = "home/bowls", product: UUID | None = None
) -> DiscountLine:
    return DiscountLine(
        key=uuid4(),
        vendor_id=vendor_id,
        product_id=product or uuid4(),
        category_path=path,
        amount=eur(amount),
        quantity=1,
    )


def ask(basket: Any, *codes: str, **changes: Any) -> Quote:
    """What the codes do to the basket for Cy."""
    wanted = {
        "codes": codes,
        "lines": basket.lines,
        "delivery": basket.delivery,
        "user_id": basket.user_id,
        "email": EMAIL,
        "currency": "EUR",
        "at": NOW,
        **changes,
    }
    return discounts.quote(**wanted)


def use(basket: Any, *codes: str, subject: Ref | None = None, **who: Any) -> Quote:
    """Quote and reserve."""
    person = {"user_id": basket.user_id, "email": EMAIL, **who}
    quote = ask(basket, *codes, subject=subject or order(), **person)
    reserve(quote=quote, subject=subject or order(), at=NOW, **person)
    return quote


def reasons(quote: Quote) -> dict[str, str]:
    return {each.code: each.reason for each in quote.refused}


@pytest.fixture
def basket(in_alpha: Any) -> Any:
    """Two vendors: a bowl and a jug of Potter's, a scarf of Weaver's; each delivers for a fee."""
    potter, weaver = make_vendor("Potter"), make_vendor("Weaver")
    bowl, jug = line(potter.id, "40.00"), line(potter.id, "20.00", path="home/jugs")
    scarf = line(weaver.id, "40.00", path="clothes")
    return SimpleNamespace(
        potter=potter,
        weaver=weaver,
        bowl=bowl,
        jug=jug,
        scarf=scarf,
        lines=[bowl, jug, scarf],
        delivery={potter.id: eur("4.90"), weaver.id: eur("3.00")},
        user_id=uuid4(),
    )
