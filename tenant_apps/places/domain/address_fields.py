"""An address as people type it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tenant_apps.places.domain.addresses import (
    Address,
    BadAddress,
    checked_address,
    countries,
    wants_postcode,
    wants_region,
)

_POSTCODE = {"US": _("ZIP code"), "IE": _("Eircode"), "IN": _("PIN code")}
_REGION = {
    "US": _("State"),
    "AU": _("State"),
    "BR": _("State"),
    "IN": _("State"),
    "MX": _("State"),
    "NG": _("State"),
    "CA": _("Province"),
    "IT": _("Province"),
    "ES": _("Province"),
    "IE": _("County"),
    "GB": _("County"),
    "JP": _("Prefecture"),
}


@cache
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """250 options written once for each country chosen: as templates of their own they cost 20 ms."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (code, SafeString(" selected") if code == chosen else "", label)
            for code, label in choices
        ),
    )


class CountrySelect(forms.Select):
    """A select of countries, written as one string."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        found = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = str(value or "")
        known = chosen if chosen in _names() else ""
        options = _options(_choices(), known)
        return format_html("<select{}>{}</select>", flatatt(found), options)


@cache
def _choices() -> tuple[tuple[str, str], ...]:
    return (("", "\N{EM DASH}"), *countries())


@cache
def _names() -> frozenset[str]:
    return frozenset(code for code, _name in countries())


class AddressForm(forms.Form):
    """The fields a country wants, under the names it has for them."""

    name = forms.CharField(label=_("Name"), max_length=120)
    line1 = forms.CharField(label=_("Street and number"), max_length=120)
    line2 = forms.CharField(label=_("Flat, floor, company"), max_length=120, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=120)
    region = forms.CharField(label=_("Region"), max_length=120, required=False)
    country = forms.ChoiceField(label=_("Country"), widget=CountrySelect)

    _AUTOCOMPLETE = {
        "name": "name",
        "line1": "address-line1",
        "line2": "address-line2",
        "postcode": "postal-code",
        "city": "address-level2",
        "region": "address-level1",
        "country": "country",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared
        field.choices = _choices()
        section = f"{self.prefix} " if self.prefix else ""
        for name, kind in self._AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = f"{section}{kind}"
        country = str(self["country"].value() or "")
        self.fields["postcode"].label = _POSTCODE.get(country, _("Postcode"))
        self.fields["postcode"].required = bool(country) and wants_postcode(country)
        self.fields["region"].label = _REGION.get(country, _("Region"))
        self.fields["region"].required = wants_region(country)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                data["address"] = checked_address(data)
            except BadAddress as error:
                for name, texts in error.errors.items():
                    self.add_error(name, texts)
        return data

    def address(self) -> Address:
        """What was typed, once the form is valid."""
        found = self.cleaned_data["address"]
        assert isinstance(found, Address)  # noqa: S101 - tells mypy what clean() put there
        return found

    def so_far(self) -> Address | None:
        """Enough to know taxes and ways of delivery; None until a country was chosen."""
        said = {name: str(self[name].value() or "").strip() for name in self._AUTOCOMPLETE}
        said["postcode"] = said["postcode"].upper()
        return Address(**said) if said["country"] else None


class SameCountryForm(AddressForm):
    """Another address in a country that is settled already, whatever is sent for it."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, country: str, initial: Mapping[str, Any]
    ) -> None:
        said = None if data is None else {**{name: data[name] for name in data}, "country": country}
        super().__init__(said, initial={**initial, "country": country})
        self.fields["country"].widget = forms.HiddenInput()


class BookForm(AddressForm):
    """An entry of the address book."""

    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    is_default = forms.BooleanField(label=_("Suggest it first"), required=False)
    field_order = ("country", "name", "line1", "line2", "postcode", "city", "region", "phone")
