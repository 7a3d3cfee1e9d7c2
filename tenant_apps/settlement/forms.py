"""A commission rule as the operator types it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import InvalidId, parse_public_id
from shared_apps.kernel.money import BASIS_POINTS, Money
from tenant_apps.settlement.domain.commissions import Rule

_PER_CENT = BASIS_POINTS // 100
_PREFIXES = {"vendor": "part", "product": "prod"}


class RuleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Is about"),
        choices=[
            ("vendor", _("one vendor")),
            ("category", _("a category and all below it")),
            ("product", _("one product")),
        ],
    )
    target = forms.CharField(
        label=_("Which one"),
        max_length=700,
        help_text=_("The vendor's or product's id (part_…, prod_…), or the category's path."),
    )
    rate = forms.DecimalField(label=_("Per cent"), min_value=0, max_value=100, decimal_places=2)
    fixed = forms.DecimalField(
        label=_("And for each piece"), min_value=0, required=False, max_digits=12
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        prefix = _PREFIXES.get(data.get("kind", ""))
        if prefix and data.get("target"):
            try:
                data["target"] = str(parse_public_id(prefix, data["target"].strip()))
            except InvalidId:
                self.add_error("target", _("This is not such an id."))
        elif data.get("target"):
            data["target"] = data["target"].strip().strip("/")
        return data

    def rule(self) -> Rule:
        """What was typed, as the domain takes it; raises BadAmount."""
        data = self.cleaned_data
        currency = current_tenant().currency
        fixed = Money.from_decimal(data["fixed"] or Decimal(0), currency)
        return Rule(
            id=None,
            name=data["name"],
            kind=data["kind"],
            target=data["target"],
            bps=int(data["rate"] * _PER_CENT),
            fixed_minor=fixed.minor,
            fixed_currency=currency if fixed else "",
        )
