"""What the last days would have brought under other rules, before they are saved.

Nothing is changed: the frozen commission of what was sold is the one side of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.money import Money
from tenant_apps.partners.permissions import require_operator
from tenant_apps.settlement.domain.commissions import (
    Rule,
    commission_on,
    resolve_commission,
    resolve_delivery_commission,
)
from tenant_apps.settlement.domain.sales import SoldLine, sold_since

DAYS = 30
DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class VendorEffect:
    """One vendor's sales in one currency, and the commission on them before and after."""

    vendor_id: UUID
    vendor_name: str
    lines: int
    changed: int
    base: Money
    before: Money
    after: Money

    @property
    def difference(self) -> Money:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Simulation:
    """The effect on every vendor who sold something, the greatest first."""

    days: int
    effects: tuple[VendorEffect, ...]

    @property
    def totals(self) -> list[tuple[Money, Money]]:
        """The commission before and after, one pair per currency."""
        sums: dict[str, tuple[Money, Money]] = {}
        for each in self.effects:
            nothing = Money.zero(each.base.currency)
            before, after = sums.get(each.base.currency, (nothing, nothing))
            sums[each.base.currency] = (before + each.before, after + each.after)
        return [sums[currency] for currency in sorted(sums)]


def simulate(*, rules: Sequence[Rule], days: int = DAYS, acting: Actor, at: datetime) -> Simulation:
    """Replay what was sold in the last days under these rules (reads only). Raises NotAllowed."""
    require_operator(acting)
    span = max(1, min(days, DAYS_MAX))
    return Simulation(span, replay(sold_since(at - timedelta(days=span)), rules))


def replay(lines: Iterable[SoldLine], rules: Sequence[Rule]) -> tuple[VendorEffect, ...]:
    """The effect of these rules on these lines, per vendor and currency (rule)."""
    found: dict[tuple[UUID, str], VendorEffect] = {}
    for line in lines:
        after = _commission(line, rules)
        key = (line.subject.vendor_id, line.base.currency)
        known = found.get(key) or _nothing(line)
        found[key] = VendorEffect(
            vendor_id=known.vendor_id,
            vendor_name=known.vendor_name,
            lines=known.lines + 1,
            changed=known.changed + (after != line.commission),
            base=known.base + line.base,
            before=known.before + line.commission,
            after=known.after + after,
        )
    return tuple(
        sorted(found.values(), key=lambda each: (-abs(each.difference.minor), each.vendor_name))
    )


def _commission(line: SoldLine, rules: Sequence[Rule]) -> Money:
    currency = line.base.currency
    if line.is_delivery:
        terms = resolve_delivery_commission(
            vendor_id=line.subject.vendor_id, currency=currency, rules=rules
        )
    else:
        terms = resolve_commission(subject=line.subject, currency=currency, rules=rules)
    return commission_on(base=line.base, quantity=line.quantity, terms=terms)


def _nothing(line: SoldLine) -> VendorEffect:
    nothing = Money.zero(line.base.currency)
    return VendorEffect(line.subject.vendor_id, line.vendor_name, 0, 0, nothing, nothing, nothing)
