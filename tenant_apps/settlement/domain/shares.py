"""How the price of one subject divides, and how part of it is taken back: pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from uuid import UUID

from shared_apps.kernel.money import Money, cumulative_share
from shared_apps.kernel.ref import Ref
from shared_apps.ledger.domain.posting import Leg


@dataclass(frozen=True, slots=True)
class ShareCut:
    """A part of a share: gross + subsidy = amount + commission + commission tax + retained tax.

    Every component is zero or more; `amount`, what it changes for the partner, may be less, where
    the commission is kept of money that goes back.
    """

    gross: Money
    subsidy: Money
    commission: Money
    commission_tax: Money
    retained_tax: Money
    take: Money

    @property
    def amount(self) -> Money:
        kept = self.commission + self.commission_tax + self.retained_tax
        return self.gross + self.subsidy - kept

    def __bool__(self) -> bool:
        return any(part.minor for part in self.parts())

    def __add__(self, other: ShareCut) -> ShareCut:
        pairs = zip(self.parts(), other.parts(), strict=True)
        return ShareCut(*(mine + theirs for mine, theirs in pairs))

    def __sub__(self, other: ShareCut) -> ShareCut:
        pairs = zip(self.parts(), other.parts(), strict=True)
        return ShareCut(*(mine - theirs for mine, theirs in pairs))

    def parts(self) -> tuple[Money, ...]:
        return tuple(getattr(self, each.name) for each in fields(self))

    @classmethod
    def nothing(cls, currency: str) -> ShareCut:
        return cls(*(Money.zero(currency) for _ in fields(cls)))


@dataclass(frozen=True, slots=True)
class Share:
    """How the price of one subject divides.

    gross + subsidy = amount + commission + commission_tax + retained_tax. The customer pays
    `gross`, the operator adds `subsidy` for the discounts it bears; `retained_tax` is the tax that
    the operator remits instead of the partner.
    """

    subject: Ref
    partner_id: UUID
    module: str
    gross: Money
    subsidy: Money
    commission: Money
    commission_tax: Money
    retained_tax: Money
    tax_code: str
    take: Money
    take_bps: int
    tier_code: str
    tier_version: int

    @property
    def whole(self) -> ShareCut:
        return ShareCut(
            gross=self.gross,
            subsidy=self.subsidy,
            commission=self.commission,
            commission_tax=self.commission_tax,
            retained_tax=self.retained_tax,
            take=self.take,
        )

    @property
    def amount(self) -> Money:
        return self.whole.amount


def next_cut(*, whole: ShareCut, part: int, parts: int, done: ShareCut) -> ShareCut:
    """What to take off when `part` of `parts` is undone in all and `done` was before (rule).

    Each component is rounded on its own and cumulatively: undoing everything in any pieces takes
    off exactly the whole (reference/marketplace.md iii, refunds).
    """
    pairs = zip(whole.parts(), done.parts(), strict=True)
    return ShareCut(
        *(
            Money(cumulative_share(all_of.minor, part, parts, before.minor), all_of.currency)
            for all_of, before in pairs
        )
    )


def is_within(cut: ShareCut, left: ShareCut) -> bool:
    """Whether no component is negative or more than what is left of it (rule)."""
    pairs = zip(cut.parts(), left.parts(), strict=True)
    return all(0 <= part.minor <= rest.minor for part, rest in pairs)


def release_legs(*, share: ShareCut, partner_id: UUID, tax_code: str, ref: str) -> list[Leg]:
    """Out of escrow to whom it belongs; and what the operator owes the platform for it (rule)."""
    return [
        *_divided(share, partner_id, tax_code, ref, backwards=False),
        *_leg("saas_commission", "saas_payable", share.take, ref),
    ]


def reversal_legs(*, cut: ShareCut, partner_id: UUID, tax_code: str, ref: str) -> list[Leg]:
    """Back into escrow from everybody who had a part; the subsidy leaves it at once (rule).

    What stays in escrow is the gross: the customer's money, for whoever sends it on.
    """
    return [
        *_divided(cut, partner_id, tax_code, ref, backwards=True),
        *subsidy_legs(subsidy=cut.subsidy, ref=ref, backwards=True),
        *_leg("saas_payable", "saas_commission", cut.take, ref),
    ]


def subsidy_legs(*, subsidy: Money, ref: str, backwards: bool = False) -> list[Leg]:
    """What the operator adds to escrow for the discounts it bears, or takes out again (rule)."""
    if backwards:
        return _leg("escrow", "promotion_cost", subsidy, ref)
    return _leg("promotion_cost", "escrow", subsidy, ref)


def legs_total(legs: Iterable[Leg]) -> int:
    return sum(leg.amount.minor for leg in legs)


def _divided(
    cut: ShareCut, partner_id: UUID, tax_code: str, ref: str, *, backwards: bool
) -> list[Leg]:
    # What puts money into escrow comes first: its balance for a subject is never below zero.
    parts = sorted(
        [
            (f"vendor:{partner_id}", cut.amount),
            ("commission", cut.commission),
            ("commission_tax", cut.commission_tax),
            (f"tax:{tax_code or 'standard'}", cut.retained_tax),
        ],
        key=lambda part: part[1].minor if not backwards else -part[1].minor,
    )
    legs: list[Leg] = []
    for account, amount in parts:
        debit, credit = (account, "escrow") if backwards else ("escrow", account)
        legs += _leg(debit, credit, amount, ref)
    return legs


def _leg(debit: str, credit: str, amount: Money, ref: str) -> list[Leg]:
    """One leg, the other way round for an amount below zero; none for nothing."""
    if not amount:
        return []
    if amount.minor < 0:
        return [Leg(credit, debit, -amount, ref=ref)]
    return [Leg(debit, credit, amount, ref=ref)]
