"""The operator's commission rules: order, targets, explain and simulate."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import NotAllowed
from tenant_apps.catalog.domain import categories
from tenant_apps.catalog.domain.categories import CategoryDraft
from tenant_apps.settlement.domain.commissions import (
    FALLBACK,
    CommissionSubject,
    Rule,
    active_rules,
    all_rules,
    commission_on,
    does_fit,
    explain_commission,
    resolve_commission,
    resolve_delivery_commission,
)
from tenant_apps.settlement.domain.rule_editing import (
    BadRule,
    DefaultRuleStays,
    RuleUnknown,
    add_rule,
    change_rule,
    is_broken,
    move_rule,
    placed,
    proposed,
    remove_rule,
    reorder_rules,
    switch_rule,
)
from tenant_apps.settlement.domain.sales import SoldLine, catalogue
from tenant_apps.settlement.domain.simulation import replay
from tests.factories import shop
from tests.tenant_apps.settlement.people import euro
from tests.world import NOW


def rule(name="R", kind="vendor", target=None, bps=500, **more):
    return Rule(
        id=more.pop("id", None),
        name=name,
        kind=kind,
        target=str(uuid4()) if target is None else str(target),
        bps=bps,
        **more,
    )


def add(wanted, **more):
    return add_rule(rule=wanted, acting=SYSTEM, at=NOW, **more)


def names():
    return [each.name for each in all_rules()]


def change(rule_id, place=None, **columns):
    found = next(each for each in all_rules() if each.id == rule_id)
    values = {name: getattr(found, name) for name in found.__slots__} | columns
    change_rule(rule=Rule(**values), place=place, acting=SYSTEM, at=NOW)


@pytest.fixture
def bowls(potter):
    """A product of Potter in a category."""
    item = shop.make_item(potter)
    category_id = categories.create_category(
        draft=CategoryDraft(name="Bowls"), acting=SYSTEM, at=NOW
    )
    from tenant_apps.catalog.models import Product

    Product.objects.filter(id=item.product_id).update(category_id=category_id)
    return item


@pytest.mark.django_db
def test_rules_stay_in_their_order_above_the_default(potter):
    first = add(rule("first", target=potter.id))
    second = add(rule("second", target=potter.id))
    third = add(rule("third", target=potter.id), place=99)
    assert names() == ["second", "first", "third", "Standard"]

    move_rule(rule_id=first, by=-1, acting=SYSTEM, at=NOW)
    assert names() == ["first", "second", "third", "Standard"]
    change(third, place=1)
    assert names() == ["third", "first", "second", "Standard"]
    standard = all_rules()[-1].id
    reorder_rules(order=[standard, second, third, first], acting=SYSTEM, at=NOW)
    assert names() == ["second", "third", "first", "Standard"]
    move_rule(rule_id=standard, by=-3, acting=SYSTEM, at=NOW)
    assert names() == ["second", "third", "first", "Standard"]


@pytest.mark.django_db
def test_changed_and_switched_off(potter):
    rule_id = add(rule("half", target=potter.id, bps=500))
    change(rule_id, bps=250, fee_tax_bps=2000, is_on_delivery=True)
    assert active_rules()[0].bps == 250

    switch_rule(rule_id=rule_id, is_active=False, acting=SYSTEM, at=NOW)
    assert [each.name for each in active_rules()] == ["Standard"]
    switch_rule(rule_id=rule_id, is_active=True, acting=SYSTEM, at=NOW)
    remove_rule(rule_id=rule_id, acting=SYSTEM, at=NOW)
    assert names() == ["Standard"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        rule(),
        rule(target=""),
        rule(target="nobody"),
        rule(kind="product"),
        rule(kind="category", target="no/such"),
        rule(kind="category", target=""),
        rule(kind="default", target=""),
        rule(kind="everything"),
        rule(kind="default", target="x"),
    ],
)
def test_broken_or_empty_target_is_refused(in_alpha, wrong):
    with pytest.raises(BadRule):
        add(wrong)
    assert names() == ["Standard"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"bps": 10_001}, {"fee_tax_bps": -1}, {"fixed_minor": 5}, {"fixed_minor": -5}, {"name": " "}],
)
def test_impossible_numbers_are_refused(potter, wrong):
    with pytest.raises(BadRule):
        add(rule(target=potter.id, **wrong))


@pytest.mark.django_db
def test_default_stays(in_alpha):
    standard = all_rules()[-1].id
    for action in (
        lambda: remove_rule(rule_id=standard, acting=SYSTEM, at=NOW),
        lambda: switch_rule(rule_id=standard, is_active=False, acting=SYSTEM, at=NOW),
        lambda: change(standard, is_active=False),
        lambda: change(standard, kind="vendor"),
    ):
        with pytest.raises(DefaultRuleStays):
            action()
    change(standard, bps=1500)
    assert active_rules()[-1].bps == 1500


@pytest.mark.django_db
def test_only_the_operator(potter):
    with pytest.raises(NotAllowed):
        add_rule(rule=rule(target=potter.id), acting=potter.actor, at=NOW)


@pytest.mark.django_db
def test_unknown_rules(potter):
    with pytest.raises(RuleUnknown):
        remove_rule(rule_id=potter.id, acting=SYSTEM, at=NOW)
    with pytest.raises(RuleUnknown):
        reorder_rules(order=[], acting=SYSTEM, at=NOW)


@pytest.mark.django_db
def test_rule_whose_target_is_gone_decides_about_nothing(bowls):
    add(rule("bowls", kind="category", target="bowls", bps=100))
    facts = catalogue().product(bowls.product_id)
    assert (
        resolve_commission(subject=facts.subject, currency="EUR", rules=active_rules()).bps == 100
    )

    from tenant_apps.catalog.models import Category, Product

    Product.objects.update(category=None)
    Category.objects.all().delete()
    facts = catalogue().product(bowls.product_id)
    assert is_broken(all_rules()[0])
    assert (
        resolve_commission(subject=facts.subject, currency="EUR", rules=active_rules()).bps == 1000
    )


@pytest.mark.django_db
def test_explained_why(bowls, weaver):
    add(rule("weaver", target=weaver.id))
    add(rule("off", target=bowls.vendor.id, is_active=False), place=2)
    add(rule("bowl", kind="product", target=bowls.product_id, bps=700), place=3)
    facts = catalogue().product(bowls.product_id)

    told = explain_commission(subject=facts.subject, rules=all_rules())

    assert [(each.rule.name, each.won, each.reason) for each in told] == [
        ("weaver", False, "vendor"),
        ("off", False, "inactive"),
        ("bowl", True, "first_that_fits"),
    ]


paths = st.sampled_from(["", "home", "home/bowls", "homes", "home/bowls/deep"])
ids = st.sampled_from([UUID(int=n) for n in range(1, 4)])
subjects = st.builds(CommissionSubject, ids, ids, paths)
rules = st.lists(
    st.builds(
        lambda kind, number, path, bps, fixed, active: rule(
            kind=kind,
            target={"category": path, "default": ""}.get(kind, number),
            bps=bps,
            fixed_minor=fixed,
            fixed_currency="EUR",
            is_active=active,
        ),
        st.sampled_from(["vendor", "product", "category", "default"]),
        ids,
        paths,
        st.integers(0, 10_000),
        st.integers(0, 500),
        st.booleans(),
    ),
    max_size=6,
)


@given(subjects, rules)
def test_explain_and_resolve_agree(subject, found):
    won = [each for each in explain_commission(subject=subject, rules=found) if each.won]
    terms = resolve_commission(subject=subject, currency="EUR", rules=found)

    assert len(won) == 1
    assert (won[0].rule.bps, won[0].rule.name) == (terms.bps, terms.rule_name)
    earlier = found[: found.index(won[0].rule)] if won[0].rule is not FALLBACK else found
    assert not any(each.is_active and does_fit(each, subject) for each in earlier)


@given(subjects, rules, st.integers(0, 10**7), st.integers(1, 9))
def test_commission_is_never_more_than_the_line(subject, found, base, quantity):
    terms = resolve_commission(subject=subject, currency="EUR", rules=found)
    fee = commission_on(base=euro(base), quantity=quantity, terms=terms)
    assert 0 <= fee.minor <= base


@given(subjects, rules)
def test_delivery_bears_commission_only_where_the_rule_says_so(subject, found):
    terms = resolve_delivery_commission(vendor_id=subject.vendor_id, currency="EUR", rules=found)
    assert (terms.bps, terms.fixed.minor) == (0, 0)


def test_delivery_takes_the_percentage_without_the_fixed_part():
    vendor = UUID(int=1)
    found = [
        rule(kind="product", target=vendor, is_on_delivery=True, bps=9000),
        rule(target=vendor, bps=800, fixed_minor=30, fixed_currency="EUR", is_on_delivery=True),
    ]
    terms = resolve_delivery_commission(vendor_id=vendor, currency="EUR", rules=found)
    assert (terms.bps, terms.fixed.minor) == (800, 0)


@given(st.lists(st.uuids(), unique=True, min_size=1), st.integers(-3, 9), st.data())
def test_placing_loses_nobody(found, place, data):
    moved = data.draw(st.sampled_from(found))
    result = placed(found, moved, place=place)
    assert sorted(result) == sorted(found)
    assert [each for each in result if each != moved] == [each for each in found if each != moved]


def test_proposed_rules():
    a, b = rule("a", id=uuid4()), rule("b", id=uuid4())
    last = rule("d", kind="default", target="", id=uuid4())
    new, changed = rule("new"), rule("a2", id=a.id)

    def told(change, **more):
        return [each.name for each in proposed([a, b, last], change, **more)]

    assert told(new) == ["new", "a", "b", "d"]
    assert told(new, place=9) == ["a", "b", "new", "d"]
    assert told(changed) == ["a2", "b", "d"]
    assert told(changed, place=2) == ["b", "a2", "d"]


def sold(vendor, base, commission, **more):
    return SoldLine(
        subject=CommissionSubject(vendor, uuid4(), more.get("path", "")),
        vendor_name=f"V{vendor.int}",
        base=euro(base),
        quantity=more.get("quantity", 1),
        commission=euro(commission),
        commission_tax=euro(0),
        is_delivery=more.get("is_delivery", False),
    )


def test_replay_says_what_each_vendor_would_have_paid():
    one, two = UUID(int=1), UUID(int=2)
    lines = [sold(one, 10_000, 1000), sold(one, 5000, 500, path="home"), sold(two, 3000, 300)]
    found = [rule(kind="category", target="home", bps=2000)]

    effects = replay(lines, found)

    assert [(each.vendor_name, each.lines, each.changed) for each in effects] == [
        ("V1", 2, 1),
        ("V2", 1, 0),
    ]
    assert (effects[0].before, effects[0].after) == (euro(1500), euro(2000))
    assert effects[0].difference == euro(500)


@given(st.lists(st.tuples(ids, st.integers(0, 10**6), st.integers(1, 5)), max_size=20), rules)
def test_replay_of_the_same_rules_changes_nothing(found, same):
    lines = []
    for vendor, base, quantity in found:
        plain = sold(vendor, base, 0, quantity=quantity)
        terms = resolve_commission(subject=plain.subject, currency="EUR", rules=same)
        fee = commission_on(base=plain.base, quantity=quantity, terms=terms)
        values = {name: getattr(plain, name) for name in plain.__slots__}
        lines.append(SoldLine(**values | {"commission": fee}))

    effects = replay(lines, same)

    assert sum(each.lines for each in effects) == len(lines)
    assert all(each.changed == 0 and not each.difference for each in effects)
