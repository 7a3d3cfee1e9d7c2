"""Who makes which promotions, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.lifecycle import MoveNotAllowed
from tenant_apps.partners.permissions import NotYourPartner
from tenant_apps.promotions.domain import promotions
from tenant_apps.promotions.domain.promotions import BadPromotion, CodeTaken
from tenant_apps.promotions.models import PromotionCode
from tenant_apps.promotions.queries import PromotionUnknown, promotion_with
from tests.tenant_apps.promotions.conftest import ADA, TEN_PER_CENT, ask, make, order, use
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"bps": 0}, "bps"),
        ({"bps": 10_001}, "bps"),
        ({"kind": "fixed", "bps": 0}, "amount_minor"),
        ({"amount_minor": 5}, "kind"),
        ({"kind": "half"}, "kind"),
        ({"code": "--"}, "code"),
        ({"scope": "product"}, "targets"),
        ({"targets": ("home",)}, "targets"),
        ({"bearer": "nobody"}, "share_bps"),
        ({"bearer": "shared"}, "share_bps"),
        ({"bearer": "operator", "share_bps": 100}, "share_bps"),
        ({"ends_at": TEN_PER_CENT.starts_at}, "ends_at"),
        ({"uses_max": 0}, "uses_max"),
    ],
)
def test_what_cannot_work_is_refused(in_alpha, changes, field):
    with pytest.raises(BadPromotion) as refused:
        make(**changes)

    assert list(refused.value.errors) == [field]


def test_codes_are_one_promotions_own(in_alpha):
    make(code="Summer-10")

    with pytest.raises(CodeTaken):
        make(code="SUMMER 10")
    assert PromotionCode.objects.get().text == "SUMMER-10"


def test_vendors_promotions_are_at_their_cost(basket):
    with pytest.raises(BadPromotion):
        make(basket.potter.actor, basket.potter.id, bearer="operator")
    with pytest.raises(NotYourPartner):
        make(basket.potter.actor, basket.weaver.id, bearer="vendor")
    with pytest.raises(NotAllowed):
        make(basket.potter.actor)


def test_vendor_cannot_touch_anothers(basket):
    promotion_id = make(basket.potter.actor, basket.potter.id, bearer="vendor")
    of_weaver = {"vendor_id": basket.weaver.id, "acting": basket.weaver.actor, "at": NOW}

    with pytest.raises(PromotionUnknown):
        promotions.move_promotion(promotion_id=promotion_id, move="end", **of_weaver)
    with pytest.raises(PromotionUnknown):
        promotions.change_promotion(promotion_id=promotion_id, draft=TEN_PER_CENT, **of_weaver)
    with pytest.raises(PromotionUnknown):
        promotions.generate_vouchers(promotion_id=promotion_id, count=1, **of_weaver)


def test_moves(basket):
    promotion_id = make()

    def move(name):
        promotions.move_promotion(promotion_id=promotion_id, move=name, acting=ADA, at=NOW)

    move("pause")
    assert not ask(basket, "TEN").applied
    move("resume")
    assert ask(basket, "TEN").applied
    move("end")
    with pytest.raises(MoveNotAllowed):
        move("resume")
    actions = AuditEntry.objects.filter(action__startswith="promotions.promotion.")
    assert sorted(actions.values_list("action", flat=True)) == [
        "promotions.promotion.create",
        "promotions.promotion.end",
        "promotions.promotion.pause",
        "promotions.promotion.resume",
    ]


def test_change_keeps_codes_and_uses(basket):
    promotion_id = make(uses_max=5)
    use(basket, "TEN")
    draft = replace(TEN_PER_CENT, bps=2000, uses_max=1, code="")
    promotions.change_promotion(promotion_id=promotion_id, draft=draft, acting=ADA, at=NOW)

    view = promotion_with(promotion_id)
    assert (view.code, view.bps, view.used_count, view.usage.off.minor) == ("TEN", 2000, 1, 1000)
    with pytest.raises(BadPromotion):
        promotions.change_promotion(
            promotion_id=promotion_id, draft=replace(draft, bps=0), acting=ADA, at=NOW
        )


def test_limit_below_what_was_used(basket):
    promotion_id = make()
    for name in ("o1", "o2"):
        use(basket, "TEN", subject=order(name))

    with pytest.raises(BadPromotion):
        promotions.change_promotion(
            promotion_id=promotion_id,
            draft=replace(TEN_PER_CENT, uses_max=1),
            acting=ADA,
            at=NOW,
        )


def test_vouchers_only_where_there_is_no_code(in_alpha):
    with pytest.raises(BadPromotion):
        promotions.generate_vouchers(promotion_id=make(), count=1, acting=ADA, at=NOW)
    with pytest.raises(BadPromotion):
        promotions.generate_vouchers(promotion_id=make(code=""), count=10_001, acting=ADA, at=NOW)


def test_batches_of_vouchers(in_alpha):
    promotion_id = make(code="")

    batches = [
        promotions.generate_vouchers(promotion_id=promotion_id, count=50, acting=ADA, at=NOW)
        for _ in range(2)
    ]

    assert batches == [1, 2]
    texts = PromotionCode.objects.values_list("text", flat=True)
    assert len(set(texts)) == 100
    assert all(len(text) == 14 and text.count("-") == 2 for text in texts)
