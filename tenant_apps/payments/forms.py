"""What an operator types about their gateway."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class KeysForm(forms.Form):
    secret_key = forms.CharField(
        label=_("Secret key"),
        max_length=300,
        help_text=_("From your Stripe dashboard; a restricted key (rk_…) is enough."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
