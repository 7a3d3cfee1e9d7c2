"""Codes at a basket: what they take off, why not, and whose use counts."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.kernel.context import tenant_context
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.promotions.domain import promotions
from tenant_apps.promotions.domain.discounts import CodeUsedUp
from tenant_apps.promotions.models import CodeUse, Promotion, PromotionCode
from tests.tenant_apps.promotions.conftest import (
    ADA,
    ask,
    confirm,
    eur,
    give_back,
    make,
    order,
    reasons,
    reserve,
    use,
)
from tests.tenant_apps.wallet.conftest import assert_books_hold
from tests.world import NOW

pytestmark = pytest.mark.django_db


def counts(code="TEN"):
    row = PromotionCode.objects.select_related("promotion").get(key=code)
    return row.promotion.used_count, row.used_count


def test_code_takes_off_its_share(basket):
    promotion_id = make()

    quote = ask(basket, " te-n ")

    assert [(each.promotion_id, each.code, each.off) for each in quote.applied] == [
        (promotion_id, "TEN", eur("10.00"))
    ]
    assert [quote.lines[line.key].off for line in basket.lines] == [
        eur("4.00"),
        eur("2.00"),
        eur("4.00"),
    ]
    assert quote.lines[basket.bowl.key].subsidy == eur("4.00")
    assert quote.delivery[basket.potter.id].off == eur("0.00")
    assert quote.refused == ()


def test_without_codes_nothing_is_read(basket, django_assert_num_queries):
    with django_assert_num_queries(0):
        quote = ask(basket, "", " ")

    assert (quote.applied, quote.refused) == ((), ())
    assert quote.lines[basket.bowl.key].off == eur("0.00")


def test_codes_cost_few_queries(basket, django_assert_num_queries):
    make()
    make(code="FIVE", kind="fixed", bps=0, amount_minor=500, uses_per_customer=1)

    with django_assert_num_queries(2):
        ask(basket, "ten", "five")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"starts_at": NOW + timedelta(hours=1)}, "not_started"),
        ({"ends_at": NOW}, "ended"),
        ({"minimum_minor": 10_001}, "minimum_not_reached"),
        ({"scope": "category", "targets": ("garden",)}, "nothing_eligible"),
        ({"currency": "JPY", "kind": "fixed", "bps": 0, "amount_minor": 5}, "other_currency"),
    ],
)
def test_why_a_code_does_nothing(basket, changes, reason):
    make(**changes)

    quote = ask(basket, "TEN")

    assert (quote.applied, reasons(quote)) == ((), {"TEN": reason})


def test_unknown_and_paused_codes(basket):
    promotion_id = make()
    promotions.move_promotion(promotion_id=promotion_id, move="pause", acting=ADA, at=NOW)

    assert reasons(ask(basket, "ten", "nope")) == {"ten": "paused", "nope": "unknown"}


def test_codes_that_do_not_combine(basket):
    make(is_stackable=True)
    make(code="FIVE", kind="fixed", bps=0, amount_minor=500, is_stackable=True)
    make(code="ALONE", kind="fixed", bps=0, amount_minor=1200)

    quote = ask(basket, "TEN", "ALONE", "FIVE")

    assert {each.code: each.off for each in quote.applied} == {
        "TEN": eur("10.00"),
        "FIVE": eur("5.00"),
    }
    assert reasons(quote) == {"ALONE": "not_combinable"}


def test_vendors_code_is_for_their_lines(basket):
    make(
        basket.potter.actor,
        basket.potter.id,
        bearer="vendor",
        scope="category",
        targets=("home",),
    )

    quote = ask(basket, "TEN")

    assert [quote.lines[line.key].off for line in basket.lines] == [
        eur("4.00"),
        eur("2.00"),
        eur("0.00"),
    ]
    assert {part.subsidy for part in quote.lines.values()} == {eur("0.00")}


def test_free_delivery(basket):
    make(kind="free_delivery", bps=0, scope="vendor", targets=(str(basket.weaver.id),))

    quote = ask(basket, "TEN")

    assert quote.delivery[basket.weaver.id].off == eur("3.00")
    assert quote.delivery[basket.potter.id].off == eur("0.00")
    assert quote.applied[0].off == eur("3.00")


def test_reserving_counts_once(basket):
    make(uses_max=2)

    for _ in range(2):
        use(basket, "TEN")

    assert counts() == (1, 1)
    row = CodeUse.objects.get()
    assert (row.off_minor, row.subsidy_minor, row.state) == (1000, 1000, "reserved")
    assert_books_hold()


def test_last_use(basket):
    make(uses_max=1)
    late = ask(basket, "TEN")
    use(basket, "TEN")

    with pytest.raises(CodeUsedUp):
        reserve(quote=late, subject=order("o2"), user_id=None, email="", at=NOW)

    assert reasons(ask(basket, "TEN")) == {"TEN": "used_up"}
    assert ask(basket, "TEN", subject=order()).applied[0].off == eur("10.00")
    assert counts() == (1, 1)


def test_given_back_use_is_free_again(basket):
    make(uses_max=1)
    use(basket, "TEN")

    for _ in range(2):
        give_back(subject=order(), at=NOW)

    assert counts() == (0, 0)
    use(basket, "TEN", subject=order("o2"))
    assert_books_hold()


def test_confirmed_use_is_told_once(basket):
    make()
    use(basket, "TEN")

    for _ in range(2):
        confirm(subject=order(), at=NOW)

    assert CodeUse.objects.get().state == "confirmed"
    told = OutboxEvent.objects.filter(name="promotions.code_confirmed.v1")
    assert [row.payload["off_minor"] for row in told] == [1000]


def test_reserving_anew_drops_other_codes(basket):
    make(is_stackable=True)
    make(code="FIVE", kind="fixed", bps=0, amount_minor=500, is_stackable=True)
    use(basket, "TEN", "FIVE")

    use(basket, "FIVE")

    assert (counts("TEN"), counts("FIVE")) == ((0, 0), (1, 1))
    assert_books_hold()


def test_one_use_a_customer(basket):
    make(uses_per_customer=1)
    use(basket, "TEN")

    again = ask(basket, "TEN")
    as_guest = ask(basket, "TEN", user_id=None, email="CY@customers.example ")
    other = ask(basket, "TEN", user_id=uuid4(), email="di@customers.example")

    assert reasons(again) == reasons(as_guest) == {"TEN": "used_by_you"}
    assert other.applied
    with pytest.raises(CodeUsedUp):
        reserve(quote=other, subject=order("o2"), user_id=basket.user_id, email="", at=NOW)


def test_vouchers_work_once_each(basket):
    promotion_id = make(code="")
    promotions.generate_vouchers(promotion_id=promotion_id, count=3, acting=ADA, at=NOW)
    first, second, _ = PromotionCode.objects.order_by("key")

    use(basket, first.text.lower())

    assert reasons(ask(basket, first.text)) == {first.text: "used_up"}
    assert reasons(ask(basket, second.text, first.text)) == {first.text: "used_up"}
    assert Promotion.objects.get().used_count == 1


def test_two_vouchers_of_one_promotion(basket):
    promotion_id = make(code="", is_stackable=True)
    promotions.generate_vouchers(promotion_id=promotion_id, count=2, acting=ADA, at=NOW)
    first, second = PromotionCode.objects.order_by("key")

    quote = ask(basket, first.text, second.text)

    assert len(quote.applied) == 1
    assert reasons(quote) == {second.text: "same_promotion"}


def test_codes_of_another_tenant(basket, beta):
    make()

    with tenant_context(beta):
        assert reasons(ask(basket, "TEN")) == {"TEN": "unknown"}
    assert ask(basket, "TEN").applied


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "confirm", "give_back"]),
        st.integers(0, 5),
        st.sampled_from([(), (0,), (1,), (0, 1)]),
    ),
    max_size=14,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES)
def test_any_order_of_moves_keeps_the_counts(basket, moves):
    """Whatever is reserved, confirmed and given back in whatever order: the counts are the uses."""
    run = uuid4().hex
    codes = [f"A{run}", f"B{run}"]
    make(code=codes[0], is_stackable=True, uses_max=3)
    make(code=codes[1], is_stackable=True, uses_per_customer=2)

    for move, place, chosen in moves:
        subject = order(f"{run}-{place}")
        if move == "reserve":
            with suppress(CodeUsedUp):
                use(basket, *(codes[each] for each in chosen), subject=subject)
        else:
            {"confirm": confirm, "give_back": give_back}[move](subject=subject, at=NOW)

    assert counts(f"A{run}".upper())[0] <= 3
    assert counts(f"B{run}".upper())[0] <= 2
    assert_books_hold()
