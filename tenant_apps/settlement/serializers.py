"""Commission rules, payouts, earnings and statements in the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.money import Money
from tenant_apps.settlement.domain.balances import PartnerFunds
from tenant_apps.settlement.domain.commissions import Considered, Rule
from tenant_apps.settlement.domain.sales import names_of
from tenant_apps.settlement.domain.simulation import Simulation
from tenant_apps.settlement.domain.statements import PartnerStatement
from tenant_apps.settlement.queries import RULE_PREFIX, EarningView, PayoutView

_TARGET_PREFIX = {"vendor": "part", "product": "prod"}


class RuleInput(serializers.Serializer[Any]):
    """`target` is a vendor's or product's id or a category's path; the default has none."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=["vendor", "category", "product", "default"])
    target = serializers.CharField(max_length=700, required=False, allow_blank=True, default="")
    bps = serializers.IntegerField(min_value=0, max_value=10_000)
    fixed = serializers.CharField(max_length=20, required=False, default="0")
    fixed_currency = serializers.CharField(max_length=3, required=False, default="")
    is_on_delivery = serializers.BooleanField(required=False, default=False)
    fee_tax_bps = serializers.IntegerField(
        min_value=0, max_value=10_000, required=False, allow_null=True, default=None
    )
    is_active = serializers.BooleanField(required=False, default=True)
    place = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)

    def rule(self, rule_id: UUID | None = None) -> Rule:
        """As the domain takes it; raises BadAmount, InvalidId."""
        data = self.validated_data
        currency = data["fixed_currency"]
        prefix, target = _TARGET_PREFIX.get(data["kind"]), data["target"]
        return Rule(
            id=rule_id,
            name=data["name"],
            kind=data["kind"],
            target=str(parse_public_id(prefix, target)) if prefix else target,
            bps=data["bps"],
            fixed_minor=Money.parse(data["fixed"], currency).minor if currency else 0,
            fixed_currency=currency,
            is_on_delivery=data["is_on_delivery"],
            fee_tax_bps=data["fee_tax_bps"],
            is_active=data["is_active"],
        )


class SimulationInput(RuleInput):
    """One rule added or, with `rule`, changed; replayed over so many days."""

    rule_id = serializers.CharField(max_length=60, required=False, default="")
    days = serializers.IntegerField(min_value=1, max_value=366, required=False, default=30)


class PayoutInput(serializers.Serializer[Any]):
    partner = serializers.CharField(max_length=60)
    currency = serializers.CharField(max_length=3, min_length=3)


class RuleOutput(RuleInput):
    id = serializers.CharField()


class PayoutOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    partner = serializers.CharField()
    amount = serializers.DictField()
    method = serializers.CharField()
    state = serializers.CharField()
    failure_code = serializers.CharField()
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class EarningOutput(serializers.Serializer[Any]):
    subject = serializers.CharField()
    gross = serializers.DictField()
    amount = serializers.DictField()
    state = serializers.CharField()


class StatementOutput(serializers.Serializer[Any]):
    partner = serializers.CharField()
    opening = serializers.DictField()
    closing = serializers.DictField()
    lines = serializers.ListField()


def rule_json(rule: Rule, place: int) -> dict[str, Any]:
    prefix = _TARGET_PREFIX.get(rule.kind)
    fixed = Money(rule.fixed_minor, rule.fixed_currency).as_json() if rule.fixed_minor else None
    return {
        "id": public_id(RULE_PREFIX, rule.id) if rule.id else None,
        "place": place,
        "name": rule.name,
        "kind": rule.kind,
        "target": public_id(prefix, UUID(rule.target)) if prefix else rule.target,
        "bps": rule.bps,
        "fixed": fixed,
        "is_on_delivery": rule.is_on_delivery,
        "fee_tax_bps": rule.fee_tax_bps,
        "is_active": rule.is_active,
    }


def considered_json(each: Considered, place: int) -> dict[str, Any]:
    return {"rule": rule_json(each.rule, place), "won": each.won, "reason": each.reason}


def simulation_json(simulation: Simulation) -> dict[str, Any]:
    return {
        "days": simulation.days,
        "vendors": [
            {
                "vendor": public_id("part", each.vendor_id),
                "name": each.vendor_name,
                "lines": each.lines,
                "changed": each.changed,
                "base": each.base.as_json(),
                "before": each.before.as_json(),
                "after": each.after.as_json(),
                "difference": each.difference.as_json(),
            }
            for each in simulation.effects
        ],
    }


def payout_json(payout: PayoutView) -> dict[str, Any]:
    return {
        "id": payout.public_id,
        "partner": public_id("part", payout.partner_id),
        "amount": payout.amount.as_json(),
        "method": payout.method,
        "destination": payout.hint,
        "state": payout.state,
        "failure_code": payout.failure_code,
        "earnings": payout.earning_count,
        "created_at": payout.created_at,
        "paid_at": payout.paid_at,
        "failed_at": payout.failed_at,
    }


def funds_json(funds: PartnerFunds) -> dict[str, Any]:
    return {
        "currency": funds.currency,
        "balance": funds.balance.as_json(),
        "pending": funds.pending.as_json(),
        "available": funds.available.as_json(),
        "reserved": funds.reserved.as_json(),
        "debt": funds.debt.as_json(),
    }


def earnings_json(earnings: list[EarningView]) -> list[dict[str, Any]]:
    names = names_of({str(each.subject) for each in earnings})
    return [
        {
            "subject": names.get(str(each.subject), str(each.subject)),
            "partner": public_id("part", each.partner_id),
            "gross": each.gross.as_json(),
            "subsidy": each.subsidy.as_json(),
            "commission": each.commission.as_json(),
            "commission_tax": each.commission_tax.as_json(),
            "retained_tax": each.retained_tax.as_json(),
            "amount": each.amount.as_json(),
            "state": each.state,
            "released_at": each.released_at,
            "available_at": each.available_at,
        }
        for each in earnings
    ]


def statement_json(statement: PartnerStatement) -> dict[str, Any]:
    return {
        "partner": public_id("part", statement.partner_id),
        "from": statement.period.start,
        "to": statement.period.end,
        "opening": statement.opening.as_json(),
        "lines": [
            {
                "at": line.at,
                "kind": line.kind,
                "reference": line.reference,
                "gross": line.gross.as_json() if line.gross is not None else None,
                "fees": line.fees.as_json() if line.fees is not None else None,
                "amount": line.amount.as_json(),
                "balance": line.balance.as_json(),
            }
            for line in statement.lines
        ],
        "closing": statement.closing.as_json(),
    }
