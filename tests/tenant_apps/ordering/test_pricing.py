from __future__ import annotations

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain.pricing import TaxTerms, price_line, sums_of, tax_within
from tenant_apps.settlement.domain.commissions import (
    CommissionSubject,
    CommissionTerms,
    Rule,
    commission_on,
    does_fit,
    explain_commission,
    resolve_commission,
)

EUR = "EUR"
# The machine may be busy with other tests; what is proven does not depend on time.
calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def terms(bps, fixed=0):
    return CommissionTerms(None, "test", bps, Money(fixed, EUR))


def test_line_of_the_reference():
    """3 x 19.99 incl. 20 %, discount 6.00: gross 53.97, net 44.98, VAT 8.99; 12.5 % -> 5.62."""
    line = price_line(
        unit=Money(1999, EUR),
        quantity=3,
        discount=Money(600, EUR),
        tax=TaxTerms("standard", 2000),
        commission=terms(1250),
        take_bps=500,
    )

    assert (line.total, line.tax) == (Money(5397, EUR), Money(899, EUR))
    assert line.commission == Money(562, EUR)
    assert line.take == Money(225, EUR)
    assert line.earning == Money(5397 - 899 - 562, EUR)


lines = st.builds(
    lambda unit, quantity, tax, bps, fixed, take: price_line(
        unit=Money(unit, EUR),
        quantity=quantity,
        tax=TaxTerms("standard", tax),
        commission=terms(bps, fixed),
        take_bps=take,
    ),
    st.integers(0, 10**9),
    st.integers(1, 999),
    st.integers(0, 3000),
    st.integers(0, 10_000),
    st.integers(0, 500),
    st.integers(0, 3000),
)


@calmly
@given(st.lists(lines, min_size=1, max_size=8))
def test_nothing_is_lost_or_made(priced):
    sums = sums_of(priced, EUR)

    assert sums.total == sums.earning + sums.commission + sums.tax
    for line in priced:
        assert line.earning.minor >= 0
        assert line.commission.minor >= 0
        assert line.total == line.earning + line.commission + line.tax


@calmly
@given(st.integers(0, 10**9), st.integers(0, 3000))
def test_tax_is_what_the_net_leaves(gross, bps):
    tax = tax_within(Money(gross, EUR), TaxTerms("standard", bps))

    assert 0 <= tax.minor <= gross
    assert abs((gross - tax.minor) * (10_000 + bps) - gross * 10_000) <= (10_000 + bps) // 2


def test_commission_never_exceeds_the_line():
    assert commission_on(base=Money(100, EUR), quantity=3, terms=terms(0, 50)) == Money(100, EUR)


def rule(kind, target="", bps=1000, **rest):
    return Rule(id=uuid4(), name=kind, kind=kind, target=target, bps=bps, **rest)


def test_first_rule_that_fits_wins():
    vendor, product = uuid4(), uuid4()
    subject = CommissionSubject(vendor, product, "home/kitchen")
    rules = [
        rule("vendor", str(uuid4()), 1),
        rule("category", "home", 2),
        rule("product", str(product), 3),
        rule("default", bps=4),
    ]

    assert resolve_commission(subject=subject, currency=EUR, rules=rules).bps == 2
    considered = explain_commission(subject=subject, rules=rules)
    assert [(each.rule.bps, each.won) for each in considered] == [(1, False), (2, True)]


def test_rule_without_its_target_never_widens():
    subject = CommissionSubject(uuid4(), uuid4(), "home")

    for kind in ("vendor", "category", "product"):
        assert not does_fit(rule(kind, ""), subject)
    assert not does_fit(rule("category", "hom"), subject)
    assert resolve_commission(subject=subject, currency=EUR, rules=[]).bps == 1000


def test_fixed_part_holds_for_its_currency_only():
    fixed = rule("default", bps=0, fixed_minor=30, fixed_currency="USD")
    subject = CommissionSubject(uuid4(), uuid4(), "")

    terms_eur = resolve_commission(subject=subject, currency=EUR, rules=[fixed])
    terms_usd = resolve_commission(subject=subject, currency="USD", rules=[fixed])

    assert (terms_eur.fixed.minor, terms_usd.fixed.minor) == (0, 30)
