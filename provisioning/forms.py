"""What visitors and staff fill in to open a marketplace."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from provisioning.domain.owners import require_free
from shared_apps.kernel.errors import DomainError

CURRENCIES = [(code, code) for code in ("EUR", "GBP", "USD", "CHF", "SEK", "PLN", "NGN", "JPY")]
LOOKS = [
    ("hearth", _("Hearth: warm, crafted, serif")),
    ("metro", _("Metro: dark, quick, urban")),
    ("riviera", _("Riviera: quiet luxury")),
]


class SlugField(forms.CharField):
    """A subdomain, checked for form, reserved names and whether somebody has it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "hx-get": "/sign-up/check/",
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#slug-answer",
        }
        super().__init__(
            label=_("Web address"),
            max_length=80,
            widget=forms.TextInput(attrs=attrs),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        slug = super().clean(value)
        try:
            return require_free(slug)
        except DomainError as error:
            raise forms.ValidationError(error.detail) from error


class MarketplaceForm(forms.Form):
    """A new marketplace for an owner who is signed in."""

    name = forms.CharField(
        label=_("Name of your marketplace"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = SlugField()
    look = forms.ChoiceField(label=_("Look"), choices=LOOKS, initial="hearth")
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES, initial="EUR")


class SignUpForm(MarketplaceForm):
    """The same for a stranger, who gets an account with it."""

    owner_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class ConsoleTenantForm(MarketplaceForm):
    """A platform admin opens a marketplace for an operator, who gets a link to sign in."""

    owner_name = forms.CharField(label=_("Owner's name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Owner's email"))
    tier = forms.ChoiceField(label=_("Tier"))

    def __init__(self, *args: Any, tiers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("hx-get", "hx-trigger", "hx-target"):  # the check lives on the site's host
            self.fields["slug"].widget.attrs.pop(name)
        tier = self.fields["tier"]
        if isinstance(tier, forms.ChoiceField):
            tier.choices = tiers


class ReasonForm(forms.Form):
    """Why a member of staff does something to a tenant; it goes into the audit record."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class TierForm(forms.Form):
    tier = forms.ChoiceField(label=_("Tier"))

    def __init__(self, *args: Any, tiers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tier = self.fields["tier"]
        if isinstance(tier, forms.ChoiceField):
            tier.choices = tiers
