"""What operators and vendors type about taxes and delivery."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import BASIS_POINTS, Money, exponent
from tenant_apps.ordering.domain.addresses import countries
from tenant_apps.ordering.domain.delivery_editing import MethodDraft, RateDraft
from tenant_apps.ordering.domain.tax_editing import TaxChoices, TaxZoneDraft, TaxZoneView
from tenant_apps.ordering.domain.taxes import Rate
from tenant_apps.places.domain.address_fields import CountrySelect
from tenant_apps.places.domain.zones import ZoneView

_PER_CENT, _GRAMS = BASIS_POINTS // 100, 1000


class PerCentField(forms.DecimalField):
    """Per cent with two decimals; gives basis points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, decimal_places=2, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> int | None:
        rate = super().clean(value)
        return None if rate is None else int(rate * _PER_CENT)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / _PER_CENT if isinstance(value, int) else value


class AmountField(forms.DecimalField):
    """An amount in the marketplace's currency; gives Money."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=14, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Money | None:
        currency = current_tenant().currency
        self.decimal_places = exponent(currency)
        amount = super().clean(value)
        return None if amount is None else Money.parse(f"{amount:f}", currency)

    def prepare_value(self, value: Any) -> Any:
        return value.decimal() if isinstance(value, Money) else value


class AreasField(forms.CharField):
    """One area a line; gives the lines."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"})
        text = _("One a line: DE · US-CA (a state) · GB BT* (postcodes) · DE 80000-81929 · *")
        super().__init__(max_length=20_000, widget=widget, help_text=text, **kwargs)

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value)).splitlines()

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)


TAX_CLASSES = [
    ("standard", _("Standard")),
    ("reduced", _("Reduced")),
    ("super_reduced", _("Super-reduced")),
    ("zero", _("Zero")),
]


class TaxesForm(forms.Form):
    """The operator's choices that hold everywhere."""

    prices_include_tax = forms.BooleanField(
        label=_("Prices are shown and typed with tax"), required=False
    )
    home_country = forms.ChoiceField(
        label=_("Home country"),
        required=False,
        widget=CountrySelect,
        help_text=_("Whose tax is shown until an address is known."),
    )
    default_name = forms.CharField(
        label=_("Tax where no zone fits"), max_length=80, required=False, help_text=_("E.g. VAT")
    )
    default_bps = PerCentField(label=_("Its rate, per cent"))
    delivery_class = forms.ChoiceField(label=_("Delivery is taxed as"), choices=TAX_CLASSES)
    fee_tax_bps = PerCentField(
        label=_("Tax on your commission, per cent"),
        help_text=_("Added to the commission that vendors pay to you."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["home_country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared
        field.choices = [("", "—"), *countries()]

    def choices(self) -> TaxChoices:
        return TaxChoices(**self.cleaned_data)


class TaxZoneForm(forms.Form):
    """Areas and the rates of each class there; a class left empty bears the standard rate."""

    name = forms.CharField(label=_("Name"), max_length=80)
    areas = AreasField(label=_("Areas"))
    tax_name = forms.CharField(label=_("What the tax is called"), max_length=80, initial="VAT")
    standard = PerCentField(label=_("Standard rate, per cent"))
    reduced = PerCentField(label=_("Reduced rate, per cent"), required=False)
    super_reduced = PerCentField(label=_("Super-reduced rate, per cent"), required=False)
    zero = PerCentField(label=_("Zero rate, per cent"), required=False)

    @staticmethod
    def values_of(zone: TaxZoneView) -> dict[str, Any]:
        rates = {name: rate.bps for name, rate in zone.rates.items()}
        tax_name = next((rate.name for rate in zone.rates.values()), "")
        return {"name": zone.name, "areas": list(zone.areas), "tax_name": tax_name, **rates}

    def draft(self) -> TaxZoneDraft:
        said = self.cleaned_data
        rates = {
            name: Rate(said["tax_name"], said[name])
            for name, _label in TAX_CLASSES
            if said[name] is not None
        }
        return TaxZoneDraft(said["name"], said["areas"], rates)


class RateForm(forms.Form):
    """What a way of delivery costs in a zone up to a weight."""

    zone = forms.ChoiceField(label=_("To"), required=False)
    up_to_kg = forms.DecimalField(
        label=_("Up to, kg"),
        min_value=0,
        max_digits=8,
        decimal_places=3,
        required=False,
        help_text=_("Empty: any weight."),
    )
    price = AmountField(label=_("Price"))
    free_from = AmountField(
        label=_("Free from"), required=False, help_text=_("Value of the goods; empty: never.")
    )

    def __init__(self, *args: Any, zones: Sequence[ZoneView] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared
        field.choices = [("", _("Everywhere")), *((str(zone.id), zone.name) for zone in zones)]

    def rate(self) -> RateDraft:
        said = self.cleaned_data
        weight = said["up_to_kg"]
        return RateDraft(
            price=said["price"],
            zone_id=UUID(said["zone"]) if said["zone"] else None,
            up_to_g=None if weight is None else int(weight * _GRAMS),
            free_from=said["free_from"],
        )


class MethodForm(RateForm):
    """A way of delivery with its first rate."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("How"),
        choices=[("shipping", _("Sent")), ("pickup", _("Picked up by the customer"))],
    )
    days_min = forms.IntegerField(
        label=_("From, working days"), min_value=0, max_value=365, required=False
    )
    days_max = forms.IntegerField(
        label=_("To, working days"), min_value=0, max_value=365, required=False
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("Shown with it, e.g. where and when to pick up."),
    )
    field_order = ("name", "kind", "days_min", "days_max", "note", "zone", "up_to_kg", "price", "free_from")  # fmt: skip

    def draft(self) -> MethodDraft:
        said = self.cleaned_data
        return MethodDraft(
            name=said["name"],
            rate=self.rate(),
            kind=said["kind"],
            note=said["note"],
            days_min=said["days_min"],
            days_max=said["days_max"],
        )


class ZoneForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    areas = AreasField(label=_("Areas"))


class MinimumForm(forms.Form):
    minimum = AmountField(
        label=_("Minimum order"), help_text=_("Of the goods, before discounts. 0: none.")
    )
