"""What people type: a line for the cart, where to send it, how it was sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.ids import InvalidId, parse_public_id
from tenant_apps.ordering.domain.addresses import checked_address, countries
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.planning import CheckoutDetails
from tenant_apps.ordering.models.carts import QUANTITY_MAX


class CountrySelect(forms.Select):
    """A select written as one string: 250 options as templates of their own cost 20 ms."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        found = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (code, SafeString(" selected") if code == (value or "") else "", label)
                for code, label in self.choices
            ),
        )
        return format_html("<select{}>{}</select>", flatatt(found), options)


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


class CheckoutForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The receipt goes here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    line1 = forms.CharField(
        label=_("Street and number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    line2 = forms.CharField(
        label=_("Flat, floor, company"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=_("Town"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(
        label=_("Country"), widget=CountrySelect(attrs={"autocomplete": "country"})
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("For the carrier only."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared
        field.choices = [("", "—"), *countries()]

    def details(self, *, language: str) -> CheckoutDetails:
        """What was typed, as the domain takes it; raises BadAddress."""
        return CheckoutDetails(
            email=self.cleaned_data["email"],
            address=checked_address(self.cleaned_data),
            phone=self.cleaned_data["phone"],
            language=language,
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
