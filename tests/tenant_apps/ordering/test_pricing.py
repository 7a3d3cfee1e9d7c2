from __future__ import annotations

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain.pricing import (
    Reduction,
    TaxTerms,
    price_delivery,
    price_line,
    sums_of,
    tax_within,
)
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
    """3 x 19.99 incl. 20 %, discount 6.00: gross 53.97, net 44.98, VAT 8.99; 12.5 % -> 5.62, of
    that 20 % -> 1.12; the vendor earns 53.97 - 6.74 = 47.23.
    """
    line = price_line(
        unit=Money(1999, EUR),
        quantity=3,
        reduction=Reduction(Money(600, EUR), Money(0, EUR)),
        tax=TaxTerms("standard", 2000),
        commission=terms(1250),
        fee_tax_bps=2000,
        take_bps=500,
    )

    assert (line.total, line.tax) == (Money(5397, EUR), Money(899, EUR))
    assert (line.commission, line.commission_tax) == (Money(562, EUR), Money(112, EUR))
    assert line.take == Money(225, EUR)
    assert line.earning == Money(4723, EUR)


def test_line_of_the_reference_with_the_operator_liable():
    """The operator keeps the 8.99 to remit them; all else is the same."""
    line = price_line(
        unit=Money(1999, EUR),
        quantity=3,
        reduction=Reduction(Money(600, EUR), Money(0, EUR)),
        tax=TaxTerms("standard", 2000, is_retained=True),
        commission=terms(1250),
        fee_tax_bps=2000,
        take_bps=500,
    )

    assert line.retained_tax == Money(899, EUR)
    assert line.earning == Money(4723 - 899, EUR)


def test_tax_on_top_and_a_discount_that_the_operator_bears():
    """2 x 10.00 + 19 %, 5.00 off at the operator's cost: 15.00 + 2.85; the vendor gets 20.00."""
    line = price_line(
        unit=Money(1000, EUR),
        quantity=2,
        reduction=Reduction(Money(500, EUR), Money(500, EUR)),
        tax=TaxTerms("standard", 1900, is_included=False),
        commission=terms(1000),
        take_bps=500,
    )

    assert (line.tax, line.tax_added, line.total) == (Money(285, EUR),) * 2 + (Money(1785, EUR),)
    assert line.commission == Money(200, EUR)
    assert line.earning == Money(1785 + 500 - 200, EUR)


def test_delivery_is_taxed_like_a_line():
    sent = price_delivery(price=Money(595, EUR), tax=TaxTerms("standard", 1900, is_retained=True))
    free = price_delivery(
        price=Money(595, EUR),
        reduction=Reduction(Money(595, EUR), Money(595, EUR)),
        tax=TaxTerms("standard", 1900),
    )

    assert (sent.total, sent.tax, sent.earning) == (
        Money(595, EUR),
        Money(95, EUR),
        Money(500, EUR),
    )
    assert (free.total, free.tax, free.earning) == (Money(0, EUR), Money(0, EUR), Money(595, EUR))


def test_a_commission_with_its_tax_never_exceeds_the_line():
    line = price_line(
        unit=Money(1000, EUR),
        quantity=1,
        tax=TaxTerms("standard", 2000, is_retained=True),
        commission=terms(10_000),
        fee_tax_bps=2000,
        take_bps=0,
    )

    assert line.commission + line.commission_tax == Money(833, EUR)
    assert line.earning == Money(0, EUR)


@st.composite
def priced_lines(draw):
    unit, quantity = draw(st.integers(0, 10**9)), draw(st.integers(1, 999))
    off = draw(st.integers(0, unit * quantity))
    return price_line(
        unit=Money(unit, EUR),
        quantity=quantity,
        reduction=Reduction(Money(off, EUR), Money(draw(st.integers(0, off)), EUR)),
        tax=TaxTerms(
            "standard",
            draw(st.integers(0, 3000)),
            is_included=draw(st.booleans()),
            is_retained=draw(st.booleans()),
        ),
        commission=terms(draw(st.integers(0, 10_000)), draw(st.integers(0, 500))),
        fee_tax_bps=draw(st.integers(0, 3000)),
        take_bps=draw(st.integers(0, 3000)),
    )


@calmly
@given(st.lists(priced_lines(), min_size=1, max_size=8), st.integers(0, 10**6))
def test_nothing_is_lost_or_made(priced, sent):
    delivery = price_delivery(price=Money(sent, EUR), tax=TaxTerms("standard", 1900))
    sums = sums_of(priced, EUR, delivery=delivery)

    assert sums.total == sums.subtotal + sums.delivery - sums.discount + sums.tax_added
    for each in (*priced, sums):
        assert each.earning.minor >= 0
        assert each.commission.minor >= 0
        assert (
            each.total + each.subsidy
            == each.earning + each.commission + each.commission_tax + each.retained_tax
        )


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


def test_delivery_bears_a_commission_where_the_rule_says_so():
    """5.95 with 19 % in it: 5.00 without; 10 % is 0.50, with 20 % of it 0.10."""
    sent = price_delivery(
        price=Money(595, EUR),
        tax=TaxTerms("standard", 1900),
        commission=terms(1000),
        fee_tax_bps=2000,
    )
    sums = sums_of((), EUR, delivery=sent)

    assert (sent.commission, sent.commission_tax) == (Money(50, EUR), Money(10, EUR))
    assert sums.earning == sent.earning == Money(535, EUR)
    assert (sums.commission, sums.commission_tax) == (Money(50, EUR), Money(10, EUR))
