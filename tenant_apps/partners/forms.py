"""What people who want to sell, and those who decide about it, fill in."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.media.domain.files import Upload
from tenant_apps.partners.domain.applications import Application
from tenant_apps.partners.domain.profiles import Profile
from tenant_apps.partners.queries import PartnerSummary

ROLES = [
    ("owner", _("Owner: everything, the team and payouts too")),
    ("inventory", _("Inventory: products and stock")),
    ("orders", _("Orders: sees and sends orders")),
    ("accounting", _("Accounting: earnings and payouts")),
    ("support", _("Support: reads orders, answers customers")),
]
SHORT_ROLES = [
    ("owner", _("Owner")),
    ("inventory", _("Inventory")),
    ("orders", _("Orders")),
    ("accounting", _("Accounting")),
    ("support", _("Support")),
]


@cache
def countries() -> list[tuple[str, str]]:
    """Every country by name; the empty choice first."""
    names = Locale.parse("en_GB").territories
    known = [(c, n) for c, n in names.items() if len(c) == 2 and c.isalpha() and c not in _NOWHERE]
    return [("", "\N{EM DASH}"), *sorted(known, key=lambda pair: pair[1])]


_NOWHERE = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


def _name(**more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "organization"})
    return forms.CharField(
        label=_("Name of the shop"), min_length=2, max_length=120, widget=widget, **more
    )


class ApplicationForm(forms.Form):
    """What a customer says about the shop they want to open."""

    name = _name(help_text=_("Customers see it beside every product."))
    tagline = forms.CharField(
        label=_("In one sentence"),
        max_length=160,
        required=False,
        help_text=_("For example: stoneware thrown by hand in Lisbon."),
    )
    about = forms.CharField(
        label=_("What do you sell, and who makes it?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    contact_email = forms.EmailField(
        label=_("E-mail for customers"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    country = forms.ChoiceField(label=_("Country you send from"), choices=countries)

    def application(self) -> Application:
        return Application(kind="vendor", currency=current_tenant().currency, **self.cleaned_data)


class ProfileForm(forms.Form):
    """The face of a shop."""

    name = _name()
    tagline = forms.CharField(label=_("In one sentence"), max_length=160, required=False)
    about = forms.CharField(
        label=_("About the shop"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    contact_email = forms.EmailField(label=_("E-mail for customers"), required=False)
    country = forms.ChoiceField(label=_("Country you send from"), choices=countries, required=False)
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, square looks best."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    closed_from = forms.DateField(
        label=_("On holiday from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    closed_until = forms.DateField(
        label=_("until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @classmethod
    def start(cls, partner: PartnerSummary) -> ProfileForm:
        return cls(initial={name: getattr(partner, name, None) for name in cls.base_fields})

    def profile(self, partner: PartnerSummary) -> Profile:
        """What was filled in; the logo stays unless a new one came."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "logo"}
        return Profile(**said, logo_file_id=partner.logo_file_id)

    def upload(self) -> Upload | None:
        logo = self.cleaned_data["logo"]
        return Upload(logo.name, logo.read()) if logo else None


class MemberForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("They need an account here; ask them to sign up first."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("What they may do"), choices=ROLES, initial="inventory")


class TeamRoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=SHORT_ROLES)


class DecisionForm(forms.Form):
    """A decision about a partner, with its reason where the partner reads one."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in ("review", "approve", "reject", "suspend", "resume")]
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
