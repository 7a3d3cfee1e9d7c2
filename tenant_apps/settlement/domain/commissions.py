"""Which commission a line bears, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared_apps.kernel.money import BASIS_POINTS, Money, divide_half_up
from tenant_apps.settlement.models import CommissionRule

FALLBACK_BPS = 1_000
_NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class CommissionSubject:
    """What of a line decides its commission."""

    vendor_id: UUID
    product_id: UUID
    category_path: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A commission rule as a value; `fixed_minor` is per unit and holds for one currency."""

    id: UUID | None
    name: str
    kind: str
    target: str
    bps: int
    fixed_minor: int = 0
    fixed_currency: str = ""
    is_on_delivery: bool = False
    fee_tax_bps: int | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """The terms that are frozen on a line, with the rule that won.

    `fee_tax_bps` is the tax on the commission itself; None is the operator's usual rate.
    """

    rule_id: UUID | None
    rule_name: str
    bps: int
    fixed: Money
    fee_tax_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """One line of "why this commission": a rule, whether it fits, whether it won, and why not."""

    rule: Rule
    fits: bool
    won: bool
    reason: str


# What holds where the operator has no rule that fits.
FALLBACK = Rule(id=None, name="Standard", kind="default", target="", bps=FALLBACK_BPS)


def active_rules() -> list[Rule]:
    """The operator's rules in their order. One query."""
    return [rule for rule in all_rules() if rule.is_active]


def all_rules() -> list[Rule]:
    """Active or not, in their order. One query."""
    return [rule_of(row) for row in CommissionRule.objects.order_by("position")]


def rule_of(row: CommissionRule) -> Rule:
    """A stored rule as a value."""
    return Rule(
        id=row.id,
        name=row.name,
        kind=row.kind,
        target=row.target,
        bps=row.bps,
        fixed_minor=row.fixed_minor,
        fixed_currency=row.fixed_currency,
        is_on_delivery=row.is_on_delivery,
        fee_tax_bps=row.fee_tax_bps,
        is_active=row.is_active,
    )


def does_fit(rule: Rule, subject: CommissionSubject) -> bool:
    """Whether a rule speaks about this line (rule); one without its target speaks about none."""
    if rule.kind == "default":
        return not rule.target
    if not rule.target:
        return False
    if rule.kind == "category":
        path = subject.category_path
        return path == rule.target or path.startswith(f"{rule.target}/")
    wanted = {"vendor": subject.vendor_id, "product": subject.product_id}.get(rule.kind)
    return wanted is not None and rule.target == str(wanted)


def resolve_commission(
    *, subject: CommissionSubject, currency: str, rules: Sequence[Rule]
) -> CommissionTerms:
    """The first rule that fits decides (rule); without any, the house's standard holds."""
    won = next((rule for rule in rules if rule.is_active and does_fit(rule, subject)), FALLBACK)
    fixed = won.fixed_minor if won.fixed_currency == currency else 0
    return CommissionTerms(won.id, won.name, won.bps, Money(fixed, currency), won.fee_tax_bps)


def resolve_delivery_commission(
    *, vendor_id: UUID, currency: str, rules: Sequence[Rule]
) -> CommissionTerms:
    """What the operator takes of a vendor's delivery price (rule).

    The first rule about the vendor or about everything decides: its percentage, without its fixed
    part, if it is on delivery too, else nothing.
    """
    about = [rule for rule in rules if rule.kind in {"vendor", "default"}]
    subject = CommissionSubject(vendor_id, _NOTHING, "")
    won = next((rule for rule in about if rule.is_active and does_fit(rule, subject)), FALLBACK)
    bps = won.bps if won.is_on_delivery else 0
    return CommissionTerms(won.id, won.name, bps, Money.zero(currency), won.fee_tax_bps)


def explain_commission(*, subject: CommissionSubject, rules: Sequence[Rule]) -> list[Considered]:
    """Every rule that was looked at, in order, until one won (rule)."""
    considered = []
    for rule in [*rules, FALLBACK]:
        fits = does_fit(rule, subject) and rule.is_active
        reason = "first_that_fits" if fits else "inactive" if not rule.is_active else rule.kind
        considered.append(Considered(rule, fits, won=fits, reason=reason))
        if fits:
            break
    return considered


def commission_on(*, base: Money, quantity: int, terms: CommissionTerms) -> Money:
    """Percentage of the line, half-up, plus the fixed part per unit; never more than the line."""
    share = divide_half_up(base.minor * terms.bps, BASIS_POINTS)
    wanted = share + terms.fixed.minor * quantity
    return Money(max(0, min(wanted, base.minor)), base.currency)
