"""Everything a customer says at checkout: who, where to, how it comes, how it is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import InvalidId, parse_public_id
from tenant_apps.ordering.domain.cart_reading import SoFar
from tenant_apps.ordering.domain.planning import CheckoutDetails
from tenant_apps.places.domain.address_fields import AddressForm
from tenant_apps.places.domain.book import AddressView

NEW = "new"
_DELIVERY = "delivery-"


class ContactForm(forms.Form):
    """Who buys, and how they pay. `agreed` is the total and the rest to pay that they were shown."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The receipt goes here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("For the carrier only."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    keeps_address = forms.BooleanField(
        label=_("Keep this address in my address book"), required=False
    )
    other_billing = forms.BooleanField(
        label=_("The invoice goes to another address"), required=False
    )
    uses_wallet = forms.BooleanField(label=_("Pay with my wallet"), required=False)
    method = forms.CharField(max_length=20, required=False)
    agreed = forms.RegexField(r"^[0-9]{1,15}:[0-9]{1,15}$", required=False)

    def agreed_amounts(self) -> tuple[int | None, int | None]:
        total, _colon, due = self.cleaned_data["agreed"].partition(":")
        return (int(total), int(due)) if due else (None, None)


class CheckoutForms:
    """The forms of the checkout page as one."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        book: Sequence[AddressView] = (),
        known: Mapping[str, str] | None = None,
        is_asking: bool = False,
    ) -> None:
        """Who only asks what it would cost (`is_asking`) is not told what is missing yet."""
        known = known or {}
        default = book[0] if book else None
        given = str(data.get("address") or "") if data is not None else ""
        wanted = given or (default.public_id if default and data is None else NEW)
        self.book = book
        self.saved = next((each for each in book if each.public_id == wanted), None)
        phone = default.phone if default else ""
        typed = dict(data or {}) if is_asking else {}
        checked = None if is_asking else data
        billing = {name.removeprefix("billing-"): text for name, text in typed.items()}
        self.contact = ContactForm(checked, initial={"phone": phone, **known, **typed})
        # A browser refuses to send a form whose empty required fields are folded away.
        self.address = AddressForm(
            checked,
            initial={"name": known.get("name", ""), **typed},
            use_required_attribute=not book,
        )
        self.billing = AddressForm(
            checked, initial=billing, prefix="billing", use_required_attribute=False
        )
        self.delivery = {
            vendor_id: str(code)
            for name, code in (data or {}).items()
            if name.startswith(_DELIVERY)
            and (vendor_id := _vendor_id(name.removeprefix(_DELIVERY)))
        }

    def is_valid(self) -> bool:
        forms_asked: list[forms.Form] = [self.contact]
        if self.saved is None:
            forms_asked.append(self.address)
        if self.contact["other_billing"].value():
            forms_asked.append(self.billing)
        # Every form is looked at, so that all that is missing is told at once.
        wrong = [form for form in forms_asked if form.errors]
        return not wrong

    @property
    def chosen(self) -> str:
        return self.saved.public_id if self.saved else NEW

    @property
    def keeps(self) -> bool:
        return self.saved is None and bool(self.contact.cleaned_data["keeps_address"])

    @property
    def is_bound(self) -> bool:
        return self.contact.is_bound

    def so_far(self) -> SoFar:
        """What is known before everything is filled in."""
        return SoFar(
            address=self.saved.address if self.saved else self.address.so_far(),
            delivery=self.delivery,
            email=str(self.contact["email"].value() or ""),
            uses_wallet=bool(self.contact["uses_wallet"].value()),
        )

    def details(self, *, language: str) -> CheckoutDetails:
        """What was said, once it is valid."""
        said = self.contact.cleaned_data
        total, due = self.contact.agreed_amounts()
        return CheckoutDetails(
            email=said["email"],
            address=self.saved.address if self.saved else self.address.address(),
            phone=said["phone"],
            delivery=self.delivery,
            language=language,
            billing=self.billing.address() if said["other_billing"] else None,
            method=said["method"],
            uses_wallet=said["uses_wallet"],
            agreed_minor=total,
            agreed_due_minor=due,
        )

    def put_errors(self, error: Unprocessable) -> bool:
        """Put a refusal at the fields it is about; False when it is about none of them."""
        fields = {name: texts for name, texts in error.errors.items() if texts}
        for name, texts in fields.items():
            form = self.contact if name in self.contact.fields else self.address
            form.add_error(name if name in form.fields else None, list(texts))
        return bool(fields)


def _vendor_id(public: str) -> str:
    try:
        return str(parse_public_id("part", public))
    except InvalidId:
        return ""
