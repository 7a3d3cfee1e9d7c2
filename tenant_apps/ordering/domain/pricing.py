"""What a line costs and who gets how much of it: pure rules, one rounding a stored number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared_apps.kernel.money import BASIS_POINTS, Money, divide_half_up
from tenant_apps.settlement.domain.commissions import CommissionTerms, commission_on


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """A rate in basis points that the price already includes."""

    tax_class: str
    bps: int = 0


@dataclass(frozen=True, slots=True)
class LinePrice:
    """A line to the cent: subtotal - discount = total = earning + commission + tax."""

    unit: Money
    quantity: int
    subtotal: Money
    discount: Money
    total: Money
    tax: Money
    commission: Money
    take: Money

    @property
    def earning(self) -> Money:
        return self.total - self.tax - self.commission


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals of several lines: always sums of the stored lines, never computed anew."""

    subtotal: Money
    discount: Money
    total: Money
    tax: Money
    commission: Money
    take: Money
    earning: Money


def tax_within(gross: Money, terms: TaxTerms) -> Money:
    """The tax contained in a price: the net is rounded half-up, the rest is the tax (rule)."""
    net = divide_half_up(gross.minor * BASIS_POINTS, BASIS_POINTS + terms.bps)
    return Money(gross.minor - net, gross.currency)


def price_line(
    *,
    unit: Money,
    quantity: int,
    discount: Money | None = None,
    tax: TaxTerms,
    commission: CommissionTerms,
    take_bps: int,
) -> LinePrice:
    """Price one line (rule). Commission and take are of what is left without discount and tax."""
    nothing = Money.zero(unit.currency)
    subtotal = unit * quantity
    off = discount or nothing
    total = subtotal - off
    tax_amount = tax_within(total, tax)
    net = total - tax_amount
    return LinePrice(
        unit=unit,
        quantity=quantity,
        subtotal=subtotal,
        discount=off,
        total=total,
        tax=tax_amount,
        commission=commission_on(base=net, quantity=quantity, terms=commission),
        take=Money(divide_half_up(net.minor * take_bps, BASIS_POINTS), unit.currency),
    )


def sums_of(lines: Iterable[LinePrice], currency: str) -> Sums:
    """Add lines up (rule)."""
    nothing = Money.zero(currency)
    prices = list(lines)
    return Sums(
        subtotal=sum((line.subtotal for line in prices), nothing),
        discount=sum((line.discount for line in prices), nothing),
        total=sum((line.total for line in prices), nothing),
        tax=sum((line.tax for line in prices), nothing),
        commission=sum((line.commission for line in prices), nothing),
        take=sum((line.take for line in prices), nothing),
        earning=sum((line.earning for line in prices), nothing),
    )
