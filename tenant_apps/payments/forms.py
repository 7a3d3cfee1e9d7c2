"""What an operator types about gateways, ways to pay and disputes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from shared_apps.gateways.registry import api_base_of_test_mode, key_fields_of
from shared_apps.kernel.money import BadAmount, Money
from tenant_apps.payments.domain.methods import TermsWanted
from tenant_apps.payments.models.methods import DAYS_MAX
from tenant_apps.payments.queries import TermsView

_COUNTRIES = RegexValidator(
    r"^\s*([A-Za-z]{2}[\s,]*)*$", _("Two-letter codes, such as DE, NL."), code="bad_countries"
)


class KeysForm(forms.Form):
    """The keys of one provider, as its adapter names them."""

    def __init__(self, kind: str, data: Any = None) -> None:
        super().__init__(data)
        for field in key_fields_of(kind):
            attrs = {"autocomplete": "off", "spellcheck": "false"}
            widget = forms.PasswordInput if field.is_secret else forms.TextInput
            self.fields[field.name] = forms.CharField(
                label=str(field.label),
                max_length=400,
                required=field.is_required,
                help_text=_("Starts with %s.") % ", ".join(field.starts_with)
                if field.starts_with
                else "",
                widget=widget(attrs=attrs),
            )
        if api_base_of_test_mode(kind):
            self.fields["in_test_mode"] = forms.BooleanField(
                label=_("These are keys of the provider's test mode"), required=False
            )

    def keys(self) -> dict[str, str]:
        said = self.cleaned_data
        return {
            name: value.strip() for name, value in said.items() if name != "in_test_mode" and value
        }

    @property
    def in_test_mode(self) -> bool:
        return bool(self.cleaned_data.get("in_test_mode"))


class _TermsForm(forms.Form):
    is_on = forms.BooleanField(label=_("Offer it at checkout"), required=False)
    countries = forms.CharField(
        label=_("Only in these countries"),
        required=False,
        max_length=600,
        validators=[_COUNTRIES],
        help_text=_("Two-letter codes, such as DE, NL. Empty means everywhere."),
    )
    position = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=99, help_text=_("Lower comes first.")
    )

    @classmethod
    def of(cls, terms: TermsView, data: Any = None) -> Any:
        initial = {
            "is_on": terms.is_on,
            "instructions": terms.instructions,
            "days_to_pay": terms.days_to_pay,
            "account_numbers": "\n".join(terms.account_numbers),
            "countries": ", ".join(terms.countries),
            "captures_when_placed": terms.captures_when_placed,
            "position": terms.position,
        }
        return cls(data, initial=initial)

    def wanted(self) -> TermsWanted:
        said = dict(self.cleaned_data)
        said["countries"] = said["countries"].replace(",", " ").split()
        if "account_numbers" in said:
            lines = said["account_numbers"].splitlines()
            said["account_numbers"] = [line.strip() for line in lines if line.strip()]
        return TermsWanted(**said)


class GatewayTermsForm(_TermsForm):
    """How a gateway is offered; whether cards are only authorised at first."""

    field_order = ["is_on", "captures_when_placed", "countries", "position"]
    captures_when_placed = forms.BooleanField(
        label=_("Authorise first, capture when the order can be placed"),
        required=False,
        help_text=_("A card is charged only for what is still there; the rest is never taken."),
    )


class PlainGatewayTermsForm(_TermsForm):
    """How a gateway is offered that takes the money at once."""


class CashTermsForm(_TermsForm):
    """Cash at the door."""

    field_order = ["is_on", "instructions", "countries", "position"]
    instructions = forms.CharField(
        label=_("What customers should know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TransferTermsForm(CashTermsForm):
    """A transfer to the operator's bank account."""

    field_order = ["is_on", "instructions", "days_to_pay", "countries", "position"]
    days_to_pay = forms.IntegerField(
        label=_("Days to pay"),
        min_value=1,
        max_value=DAYS_MAX,
        help_text=_("Afterwards the order is given up and its goods are free again."),
    )


class VirtualAccountTermsForm(TransferTermsForm):
    """A transfer to a number of the payment's own."""

    field_order = [
        "is_on",
        "instructions",
        "account_numbers",
        "days_to_pay",
        "countries",
        "position",
    ]
    account_numbers = forms.CharField(
        label=_("Account numbers"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line. Each open payment gets one to itself."),
    )


OFFLINE_FORMS: dict[str, type[CashTermsForm]] = {
    "bank_transfer": TransferTermsForm,
    "virtual_account": VirtualAccountTermsForm,
    "cash": CashTermsForm,
}


class ReceiptForm(forms.Form):
    """What arrived, typed once more so that nobody marks the wrong line."""

    amount = forms.CharField(label=_("Amount received"), max_length=30)

    def __init__(self, due: Money, data: Any = None) -> None:
        super().__init__(data)
        self.due = due
        self.fields["amount"].help_text = _("Exactly %(amount)s %(currency)s.") % {
            "amount": due.decimal(),
            "currency": due.currency,
        }

    def clean_amount(self) -> Money:
        try:
            return Money.parse(self.cleaned_data["amount"].replace(",", "."), self.due.currency)
        except BadAmount as error:
            raise forms.ValidationError(str(error.detail)) from error


class EvidenceForm(forms.Form):
    """What speaks for the operator in a dispute."""

    evidence = forms.CharField(
        label=_("What speaks for you"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "What was bought, when and how it was delivered, what the customer wrote. The bank reads it."
        ),
    )
