"""What an operator types about a wallet."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import Money


class CreditForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=12, decimal_places=3)
    note = forms.CharField(
        label=_("What for"), max_length=200, help_text=_("For you; the customer does not see it.")
    )

    def money(self) -> Money:
        """Raises BadAmount for more decimals than the currency has."""
        return Money.from_decimal(self.cleaned_data["amount"], current_tenant().currency)
