"""What people type: a line for the cart, where to send it, how it was sent."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.ids import InvalidId, parse_public_id
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.forms.checkout import CheckoutForms
from tenant_apps.ordering.forms.selling import (
    MethodForm,
    MinimumForm,
    RateForm,
    TaxesForm,
    TaxZoneForm,
    ZoneForm,
)
from tenant_apps.ordering.models.carts import QUANTITY_MAX

__all__ = [
    "CheckoutForms",
    "CodeForm",
    "LineForm",
    "MethodForm",
    "MinimumForm",
    "QuantityForm",
    "RateForm",
    "ReasonForm",
    "ShipForm",
    "TaxZoneForm",
    "TaxesForm",
    "ZoneForm",
]


class LineForm(forms.Form):
    """A variant by its public id, and how many of it."""

    variant = forms.CharField(max_length=40)
    quantity = forms.IntegerField(min_value=1, max_value=QUANTITY_MAX, required=False)

    def clean_variant(self) -> UUID:
        try:
            return parse_public_id("var", self.cleaned_data["variant"])
        except InvalidId as error:
            raise ValidationError(_("There is no such product.")) from error

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(min_value=0, max_value=QUANTITY_MAX)


class CodeForm(forms.Form):
    """A coupon's or a gift card's code."""

    code = forms.CharField(
        label=_("Coupon or gift card"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class ShipForm(forms.Form):
    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=120, required=False)
    tracking_url = forms.URLField(
        label=_("Tracking page"), max_length=500, required=False, assume_scheme="https"
    )

    def tracking(self) -> Tracking:
        data = self.cleaned_data
        return Tracking(data["carrier"], data["tracking_number"], data["tracking_url"])


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
