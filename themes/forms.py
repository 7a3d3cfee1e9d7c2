"""What an operator fills in about the brand."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from themes.domain.designing import BrandChange
from themes.domain.packages import offered_themes

ICON_CHOICES = ("store", "shopping-bag", "leaf", "sparkles", "sun", "moon", "home", "zap", "heart", "star", "gift", "camera", "bike", "building-2", "globe", "rocket")  # fmt: skip
_HEX = re.compile(r"#[0-9a-f]{6}")


class ColourField(forms.CharField):
    """A colour as #rrggbb, or nothing for the theme's own."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "#b4532f", "spellcheck": "false", "autocapitalize": "none"}
        super().__init__(
            max_length=7, required=False, widget=forms.TextInput(attrs=attrs), **kwargs
        )

    def clean(self, value: str | None) -> str:
        colour = (super().clean(value) or "").strip().lower()
        if colour and not _HEX.fullmatch(colour):
            raise forms.ValidationError(_("Write a colour such as #b4532f."))
        return colour


class BrandForm(forms.Form):
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=lambda: [(theme.name, theme.label) for theme in offered_themes()],
        widget=forms.RadioSelect,
    )
    brand_name = forms.CharField(label=_("Brand name"), max_length=80)
    tagline = forms.CharField(
        label=_("Tagline"),
        max_length=160,
        required=False,
        help_text=_("One sentence; search engines show it too."),
    )
    announcement = forms.CharField(
        label=_("Announcement"),
        max_length=160,
        required=False,
        help_text=_("A line above every page of the storefront. Empty hides it."),
    )
    icon = forms.ChoiceField(label=_("Icon"), choices=[(name, name) for name in ICON_CHOICES])
    brand = ColourField(
        label=_("Brand colour"), help_text=_("Empty takes the theme's own colours.")
    )
    accent = ColourField(
        label=_("Accent colour"), help_text=_("For a second note; empty follows the brand.")
    )

    def change(self) -> BrandChange:
        return BrandChange(**self.cleaned_data)
