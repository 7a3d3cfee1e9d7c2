"""The operator's commission rules: added, changed, put in another order, switched off, removed.

Only orders placed afterwards feel it: what was placed keeps the commission frozen on its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.money import BASIS_POINTS
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.partners.permissions import require_operator
from tenant_apps.partners.queries import PartnerNotFound, partner_with
from tenant_apps.settlement.domain.commissions import Rule, rule_of
from tenant_apps.settlement.domain.sales import catalogue
from tenant_apps.settlement.models import CommissionRule

Kind = CommissionRule.Kind
# Far beyond any list: where rules stand for a moment while they change places.
_ASIDE = 1_000_000


class BadRule(Unprocessable):
    code, title = "bad_commission_rule", "This commission rule cannot work"


class RuleUnknown(NotFound):
    code, title = "commission_rule_unknown", "There is no such commission rule"


class DefaultRuleStays(Conflict):
    code, title = (
        "default_rule_stays",
        "The default rule catches everything else; change it instead",
    )


@operation
def add_rule(*, rule: Rule, place: int = 1, acting: Actor, at: datetime) -> UUID:
    """Put a rule at a place of the list, 1 is the top, always above the default; audited.

    Raises BadRule, NotAllowed.
    """
    require_operator(acting)
    check_rule(rule)
    if rule.kind == Kind.DEFAULT:
        raise BadRule(errors={"kind": ["There is a default rule; change it instead."]})
    rows = _locked()
    made = CommissionRule.objects.create(position=_ASIDE * 2, created_at=at, **_columns(rule))
    _put_in_order(placed([row.id for row in rows], made.id, place=place))
    _audit(made.id, "add", {"rule": _told(rule), "place": place}, acting=acting, at=at)
    return made.id


@operation
def change_rule(*, rule: Rule, place: int | None = None, acting: Actor, at: datetime) -> None:
    """Change a rule, and its place if one is named; audited with what it was.

    Raises RuleUnknown, BadRule, DefaultRuleStays, NotAllowed.
    """
    require_operator(acting)
    rows = {row.id: row for row in _locked()}
    row = rows.get(rule.id) if rule.id else None
    if row is None:
        raise RuleUnknown
    before = rule_of(row)
    if (before.kind == Kind.DEFAULT) != (rule.kind == Kind.DEFAULT):
        raise DefaultRuleStays
    if before.kind == Kind.DEFAULT and not rule.is_active:
        raise DefaultRuleStays
    if rule.is_active or rule.target != before.target:
        check_rule(rule)
    CommissionRule.objects.filter(pk=row.id).update(**_columns(rule))
    if place is not None:
        _put_in_order(placed(list(rows), row.id, place=place))
    changes = {"rule": [_told(before), _told(rule)], "place": [row.position, place]}
    _audit(row.id, "change", changes, acting=acting, at=at)


@operation
def reorder_rules(*, order: Sequence[UUID], acting: Actor, at: datetime) -> None:
    """Put the rules in this order; the default stays last whatever is said. Audited.

    Raises RuleUnknown unless exactly the present rules are named, NotAllowed.
    """
    require_operator(acting)
    rows = _locked()
    if set(order) != {row.id for row in rows} or len(order) != len(rows):
        raise RuleUnknown("Name each of the present rules once")
    _put_in_order(list(order))
    changes = {"order": [str(rule_id) for rule_id in order]}
    _audit("all", "reorder", changes, acting=acting, at=at)


@operation
def move_rule(*, rule_id: UUID, by: int, acting: Actor, at: datetime) -> None:
    """Move a rule up (-1) or down (1) the list; audited. Raises RuleUnknown, NotAllowed."""
    require_operator(acting)
    ids = [row.id for row in _locked()]
    if rule_id not in ids:
        raise RuleUnknown
    place = ids.index(rule_id) + 1 + by
    _put_in_order(placed(ids, rule_id, place=place))
    _audit(rule_id, "move", {"place": place}, acting=acting, at=at)


@operation
def switch_rule(*, rule_id: UUID, is_active: bool, acting: Actor, at: datetime) -> None:
    """Let a rule decide, or have it passed over; audited.

    Raises RuleUnknown, DefaultRuleStays, BadRule for one whose target is gone, NotAllowed.
    """
    require_operator(acting)
    row = CommissionRule.objects.select_for_update().filter(id=rule_id).first()
    if row is None:
        raise RuleUnknown
    if row.kind == Kind.DEFAULT:
        raise DefaultRuleStays
    if is_active:
        check_rule(rule_of(row))
    CommissionRule.objects.filter(pk=rule_id).update(is_active=is_active)
    _audit(rule_id, "switch", {"is_active": [row.is_active, is_active]}, acting=acting, at=at)


@operation
def remove_rule(*, rule_id: UUID, acting: Actor, at: datetime) -> None:
    """Take a rule off the list; audited. Raises RuleUnknown, DefaultRuleStays, NotAllowed."""
    require_operator(acting)
    row = CommissionRule.objects.select_for_update().filter(id=rule_id).first()
    if row is None:
        raise RuleUnknown
    if row.kind == Kind.DEFAULT:
        raise DefaultRuleStays
    row.delete()
    _audit(rule_id, "remove", {"rule": _told(rule_of(row))}, acting=acting, at=at)


def placed(ids: Sequence[UUID], moved: UUID, *, place: int) -> list[UUID]:
    """The list with one of them at a place, counted from 1 and kept within the list (rule)."""
    others = [each for each in ids if each != moved]
    index = max(0, min(place - 1, len(others)))
    return [*others[:index], moved, *others[index:]]


def proposed(rules: Sequence[Rule], change: Rule, *, place: int | None = None) -> list[Rule]:
    """The rules as they would be with one added or changed, the default last (rule)."""
    known = [rule.id for rule in rules]
    index = known.index(change.id) if change.id in known and change.id else 0
    others = [rule for rule in rules if rule.id != change.id or change.id is None]
    wanted = index if place is None else place - 1
    wanted = max(0, min(wanted, len(others)))
    result = [*others[:wanted], change, *others[wanted:]]
    return sorted(result, key=lambda rule: rule.kind == Kind.DEFAULT)


def check_rule(rule: Rule) -> None:
    """A rule without its target, or with one that is not there, never widens: BadRule."""
    errors: dict[str, list[str]] = {}
    if rule.kind not in Kind.values:
        errors["kind"] = ["Choose vendor, category, product or default."]
    elif not _has_target(rule):
        errors["target"] = ["Name a vendor, category or product that is there."]
    if not 0 <= rule.bps <= BASIS_POINTS:
        errors["rate"] = ["Between 0 and 100 per cent."]
    if rule.fee_tax_bps is not None and not 0 <= rule.fee_tax_bps <= BASIS_POINTS:
        errors["fee_tax"] = ["Between 0 and 100 per cent."]
    if rule.fixed_minor < 0 or (rule.fixed_minor and not rule.fixed_currency):
        errors["fixed"] = ["An amount of zero or more, with its currency."]
    if not rule.name.strip():
        errors["name"] = ["Give the rule a name."]
    if errors:
        raise BadRule(errors=errors)


def is_broken(rule: Rule) -> bool:
    """Whether what the rule is about is gone: it then decides about nothing."""
    return not _has_target(rule)


def _has_target(rule: Rule) -> bool:
    if rule.kind == Kind.DEFAULT or not rule.target:
        return rule.kind == Kind.DEFAULT and not rule.target
    if rule.kind == Kind.CATEGORY:
        return rule.target in {path for path, _ in catalogue().category_paths()}
    try:
        wanted = UUID(rule.target)
        is_product = rule.kind == Kind.PRODUCT
        return bool(catalogue().product(wanted)) if is_product else _is_vendor(wanted)
    except ValueError:
        return False


def _is_vendor(partner_id: UUID) -> bool:
    try:
        return partner_with(partner_id).kind == "vendor"
    except PartnerNotFound:
        return False


def _locked() -> list[CommissionRule]:
    return list(CommissionRule.objects.select_for_update().order_by("position"))


@step
def _put_in_order(ids: Sequence[UUID]) -> None:
    """Number the rules from 1, the default last; aside first, so that no two share a place."""
    kinds = dict(CommissionRule.objects.values_list("id", "kind"))
    order = sorted(ids, key=lambda rule_id: kinds[rule_id] == Kind.DEFAULT)
    for offset in (_ASIDE, 0):
        for number, rule_id in enumerate(order, start=1):
            CommissionRule.objects.filter(pk=rule_id).update(position=number + offset)


def _columns(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name.strip(),
        "kind": rule.kind,
        "target": rule.target,
        "bps": rule.bps,
        "fixed_minor": rule.fixed_minor,
        "fixed_currency": rule.fixed_currency,
        "is_on_delivery": rule.is_on_delivery,
        "fee_tax_bps": rule.fee_tax_bps,
        "is_active": rule.is_active,
    }


def _told(rule: Rule) -> dict[str, Any]:
    return _columns(replace(rule, name=rule.name[:60]))


def _audit(
    about: UUID | str, verb: str, changes: dict[str, Any], *, acting: Actor, at: datetime
) -> None:
    record(
        f"settlement.commission_rule.{verb}",
        subject=Ref("settlement.commission_rule", str(about)),
        acting=acting,
        at=at,
        changes=changes,
    )
