"""What a line costs and who gets how much of it: pure rules, one rounding a stored number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared_apps.kernel.money import BASIS_POINTS, Money, divide_half_up, percentage
from tenant_apps.settlement.domain.commissions import CommissionTerms, commission_on


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """A rate in basis points, what it is called and where it holds.

    The price includes it or it is added. A retained tax is remitted by the operator, any other
    by the vendor, who keeps it until then.
    """

    tax_class: str
    bps: int = 0
    name: str = ""
    jurisdiction: str = ""
    is_included: bool = True
    is_retained: bool = False


@dataclass(frozen=True, slots=True)
class Reduction:
    """`off` is what the customer saves, `subsidy` the part of it that the operator bears."""

    off: Money
    subsidy: Money

    @classmethod
    def none(cls, currency: str) -> Reduction:
        nothing = Money.zero(currency)
        return cls(nothing, nothing)


@dataclass(frozen=True, slots=True)
class LinePrice:
    """A line to the cent: subtotal - discount + tax added = total, and
    total + subsidy = earning + commission + tax on it + tax retained.
    """

    unit: Money
    quantity: int
    subtotal: Money
    discount: Money
    subsidy: Money
    total: Money
    tax: Money
    tax_added: Money
    retained_tax: Money
    commission: Money
    commission_tax: Money
    take: Money

    @property
    def earning(self) -> Money:
        kept = self.total + self.subsidy
        return kept - self.commission - self.commission_tax - self.retained_tax


@dataclass(frozen=True, slots=True)
class DeliveryPrice:
    """What a vendor's delivery costs; it is the vendor's, less a commission if a rule says so."""

    price: Money
    discount: Money
    subsidy: Money
    total: Money
    tax: Money
    tax_added: Money
    retained_tax: Money
    commission: Money
    commission_tax: Money

    @property
    def earning(self) -> Money:
        kept = self.total + self.subsidy
        return kept - self.commission - self.commission_tax - self.retained_tax


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals of several lines and a delivery: sums of stored numbers, never computed anew."""

    subtotal: Money
    delivery: Money
    discount: Money
    subsidy: Money
    total: Money
    tax: Money
    tax_added: Money
    retained_tax: Money
    commission: Money
    commission_tax: Money
    take: Money
    earning: Money

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in Sums.__slots__))


def tax_within(gross: Money, terms: TaxTerms) -> Money:
    """The tax contained in a price: the net is rounded half-up, the rest is the tax (rule)."""
    net = divide_half_up(gross.minor * BASIS_POINTS, BASIS_POINTS + terms.bps)
    return Money(gross.minor - net, gross.currency)


def tax_of(price: Money, terms: TaxTerms) -> Money:
    """The tax that a price includes or to which it is added (rule)."""
    return tax_within(price, terms) if terms.is_included else percentage(price, terms.bps)


def price_line(
    *,
    unit: Money,
    quantity: int,
    reduction: Reduction | None = None,
    tax: TaxTerms,
    commission: CommissionTerms,
    fee_tax_bps: int = 0,
    take_bps: int,
) -> LinePrice:
    """Price one line (rule).

    Commission and take are of what the vendor is paid for it without tax: the customer's part
    and the operator's.
    """
    nothing = Money.zero(unit.currency)
    less = reduction or Reduction.none(unit.currency)
    subtotal = unit * quantity
    price = subtotal - less.off
    tax_amount = tax_of(price, tax)
    added = nothing if tax.is_included else tax_amount
    base = price + added - tax_amount + less.subsidy
    fee = commission_on(base=base, quantity=quantity, terms=commission)
    fee, fee_tax = with_its_tax(fee, fee_tax_bps, most=base)
    return LinePrice(
        unit=unit,
        quantity=quantity,
        subtotal=subtotal,
        discount=less.off,
        subsidy=less.subsidy,
        total=price + added,
        tax=tax_amount,
        tax_added=added,
        retained_tax=tax_amount if tax.is_retained else nothing,
        commission=fee,
        commission_tax=fee_tax,
        take=percentage(base, take_bps),
    )


def with_its_tax(fee: Money, bps: int, *, most: Money) -> tuple[Money, Money]:
    """A commission and the tax on it; together never more than there is (rule)."""
    tax = percentage(fee, bps)
    if fee + tax <= most:
        return fee, tax
    tax = tax_within(most, TaxTerms("fee", bps))
    return most - tax, tax


def price_delivery(
    *,
    price: Money,
    reduction: Reduction | None = None,
    tax: TaxTerms,
    commission: CommissionTerms | None = None,
    fee_tax_bps: int = 0,
) -> DeliveryPrice:
    """Price a vendor's delivery (rule); taxed, and charged with a commission, like a line."""
    nothing = Money.zero(price.currency)
    less = reduction or Reduction.none(price.currency)
    paid = price - less.off
    tax_amount = tax_of(paid, tax)
    added = nothing if tax.is_included else tax_amount
    base = paid + added - tax_amount + less.subsidy
    fee = commission_on(base=base, quantity=1, terms=commission) if commission else nothing
    fee, fee_tax = with_its_tax(fee, fee_tax_bps, most=base)
    return DeliveryPrice(
        price=price,
        discount=less.off,
        subsidy=less.subsidy,
        total=paid + added,
        tax=tax_amount,
        tax_added=added,
        retained_tax=tax_amount if tax.is_retained else nothing,
        commission=fee,
        commission_tax=fee_tax,
    )


def sums_of(
    lines: Iterable[LinePrice], currency: str, *, delivery: DeliveryPrice | None = None
) -> Sums:
    """Add lines and a delivery up (rule)."""
    nothing = Money.zero(currency)
    sent = delivery or price_delivery(price=nothing, tax=TaxTerms("none"))
    found = Sums(
        subtotal=nothing,
        delivery=sent.price,
        discount=sent.discount,
        subsidy=sent.subsidy,
        total=sent.total,
        tax=sent.tax,
        tax_added=sent.tax_added,
        retained_tax=sent.retained_tax,
        commission=sent.commission,
        commission_tax=sent.commission_tax,
        take=nothing,
        earning=sent.earning,
    )
    return sum((_of_line(line) for line in lines), start=found)


def no_sums(currency: str) -> Sums:
    """Nothing at all (rule)."""
    return sums_of((), currency)


def _of_line(line: LinePrice) -> Sums:
    return Sums(
        subtotal=line.subtotal,
        delivery=Money.zero(line.subtotal.currency),
        discount=line.discount,
        subsidy=line.subsidy,
        total=line.total,
        tax=line.tax,
        tax_added=line.tax_added,
        retained_tax=line.retained_tax,
        commission=line.commission,
        commission_tax=line.commission_tax,
        take=line.take,
        earning=line.earning,
    )
