"""What people type into the account pages."""

from __future__ import annotations

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    """What the sign-up page asks besides e-mail address and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The adapter has stored the name with the account already."""


class RoleForm(forms.Form):
    role = forms.CharField(max_length=12)
