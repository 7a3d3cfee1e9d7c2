"""What operators and vendors type about promotions, and customers about gift cards."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError, Unprocessable
from shared_apps.kernel.ids import InvalidId, parse_public_id, public_id
from shared_apps.kernel.money import BASIS_POINTS, Money
from tenant_apps.partners.queries import PartnerNotFound, partner_at
from tenant_apps.promotions.domain.gift_card_sales import Purchase
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft, least_and_most
from tenant_apps.promotions.domain.promotions import VOUCHERS_MAX, PromotionDraft
from tenant_apps.promotions.queries import PromotionView

_PER_CENT = BASIS_POINTS // 100
_PREFIXES = {"vendor": "part", "product": "prod"}
# Fields of the domain that people type in other units.
_TYPED_AS = {
    "bps": "rate",
    "amount_minor": "amount",
    "maximum_minor": "maximum",
    "minimum_minor": "minimum",
    "share_bps": "share",
}
_MOMENT = "%Y-%m-%dT%H:%M"


def _moment_field(**more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    return forms.DateTimeField(widget=widget, input_formats=[_MOMENT], **more)


def _amount_field(**more: Any) -> forms.DecimalField:
    return forms.DecimalField(min_value=0, max_digits=12, decimal_places=3, **more)


class PromotionForm(forms.Form):
    """A promotion in four parts; `is_vendors` leaves out what only the operator decides."""

    title = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Customers see it beside what they save.")
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        required=False,
        help_text=_("Capitals and dashes do not matter. Leave it empty for single-use vouchers."),
    )
    kind = forms.ChoiceField(
        label=_("What it takes off"),
        choices=[
            ("percentage", _("a percentage")),
            ("fixed", _("an amount")),
            ("free_delivery", _("the delivery")),
        ],
    )
    rate = forms.DecimalField(
        label=_("Per cent"), min_value=0, max_value=100, decimal_places=2, required=False
    )
    amount = _amount_field(label=_("Amount"), required=False)
    maximum = _amount_field(
        label=_("At most"), required=False, help_text=_("A cap for percentages and delivery.")
    )
    minimum = _amount_field(
        label=_("From a spend of"), required=False, help_text=_("Counts only what it is for.")
    )
    scope = forms.ChoiceField(
        label=_("What it is for"),
        choices=[
            ("all", _("everything")),
            ("category", _("categories and all below them")),
            ("product", _("single products")),
            ("vendor", _("single shops")),
        ],
    )
    targets = forms.CharField(
        label=_("Which ones"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One a line: paths of categories (home/bowls), ids of products (prod_…) or the "
            "address of their page in your workspace, addresses of shops."
        ),
    )
    starts_at = _moment_field(label=_("Starts"))
    ends_at = _moment_field(label=_("Ends"), required=False)
    uses_max = forms.IntegerField(label=_("Uses in all"), min_value=1, required=False)
    uses_per_customer = forms.IntegerField(
        label=_("Uses for each customer"), min_value=1, required=False
    )
    is_stackable = forms.BooleanField(
        label=_("May be combined with other codes that may"), required=False
    )
    is_first_order_only = forms.BooleanField(
        label=_("Only for a customer's first order"), required=False
    )
    bearer = forms.ChoiceField(
        label=_("Who bears it"),
        choices=[
            ("operator", _("you: shops earn as if nothing was off")),
            ("vendor", _("the shops whose goods are cheaper")),
            ("shared", _("both, by a share")),
        ],
    )
    share = forms.DecimalField(
        label=_("Your share, per cent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
    )

    PARTS = (
        (_("Name and code"), "", ("title", "code")),
        (_("The discount"), "", ("kind", "rate", "amount", "maximum", "minimum")),
        (_("What it is for"), "", ("scope", "targets")),
        (
            _("When and how often"),
            _("Limits count what is in a checkout, so that the last use is given once."),
            (
                "starts_at",
                "ends_at",
                "uses_max",
                "uses_per_customer",
                "is_stackable",
                "is_first_order_only",
            ),
        ),
        (
            _("Who bears it"),
            _("Commission follows: it is taken from what the shop gets."),
            ("bearer", "share"),
        ),
    )

    def __init__(self, *args: Any, is_vendors: bool, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_vendors, self.currency = is_vendors, current_tenant().currency
        for name in ("amount", "maximum", "minimum"):
            self.fields[name].label = f"{self.fields[name].label} ({self.currency})"
        if is_vendors:
            del self.fields["bearer"], self.fields["share"]
            scope = self.fields["scope"]
            scope.choices = [each for each in scope.choices if each[0] != "vendor"]  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["code"]

    def parts(self) -> list[dict[str, Any]]:
        """The fields as the page groups them."""
        return [
            {"title": title, "body": body, "fields": [self[name] for name in kept]}
            for title, body, names in self.PARTS
            if (kept := [name for name in names if name in self.fields])
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lines = data.get("targets", "").splitlines()
        wanted = [line.strip().strip("/") for line in lines if line.strip()]
        data["target_keys"] = () if data.get("scope") == "all" else self._keys(data, wanted)
        for name in ("amount", "maximum", "minimum"):
            self._check_amount(data, name)
        return data

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain at the field where it was typed."""
        named = error.errors if isinstance(error, Unprocessable) else {}
        for name, texts in named.items():
            field = _TYPED_AS.get(name, name)
            self.add_error(field if field in self.fields else None, list(texts))
        if not named:
            self.add_error(None, str(error.detail))

    def _keys(self, data: dict[str, Any], wanted: list[str]) -> tuple[str, ...]:
        prefix = _PREFIXES.get(data.get("scope", ""))
        if not wanted:
            self.add_error("targets", _("Name at least one, or choose everything."))
        if prefix is None:
            return tuple(wanted)
        try:
            return tuple(_id_of(prefix, each) for each in wanted)
        except (InvalidId, PartnerNotFound):
            self.add_error("targets", _("One of these lines names nothing we know."))
            return ()

    def _check_amount(self, data: dict[str, Any], name: str) -> None:
        try:
            amount = Money.from_decimal(data.get(name) or Decimal(0), self.currency)
        except Unprocessable as error:
            self.add_error(name, str(error.detail))
        else:
            data[f"{name}_minor"] = amount.minor

    def draft(self) -> PromotionDraft:
        """What was typed, as the domain takes it; fields of another kind are left out."""
        data = self.cleaned_data
        is_percentage, bearer = data["kind"] == "percentage", data.get("bearer", "vendor")
        return PromotionDraft(
            title=data["title"],
            kind=data["kind"],
            currency=self.currency,
            starts_at=data["starts_at"],
            code=data.get("code", "").strip(),
            bps=int((data["rate"] or 0) * _PER_CENT) if is_percentage else 0,
            amount_minor=data["amount_minor"] if data["kind"] == "fixed" else 0,
            maximum_minor=0 if data["kind"] == "fixed" else data["maximum_minor"],
            minimum_minor=data["minimum_minor"],
            scope=data["scope"],
            targets=data["target_keys"],
            bearer=bearer,
            share_bps=int((data.get("share") or 0) * _PER_CENT) if bearer == "shared" else 0,
            ends_at=data["ends_at"],
            uses_max=data["uses_max"],
            uses_per_customer=data["uses_per_customer"],
            is_stackable=data["is_stackable"],
            is_first_order_only=data["is_first_order_only"],
        )


def initial_of(view: PromotionView) -> dict[str, Any]:
    """A promotion as its form shows it."""
    prefix = _PREFIXES.get(view.scope)
    targets = [public_id(prefix, UUID(each)) if prefix else each for each in view.targets]
    return {
        "title": view.title,
        "kind": view.kind,
        "rate": per_cent(view.bps),
        "amount": view.amount.decimal() or None,
        "maximum": view.maximum.decimal() or None,
        "minimum": view.minimum.decimal() or None,
        "scope": view.scope,
        "targets": "\n".join(targets),
        "starts_at": view.starts_at,
        "ends_at": view.ends_at,
        "uses_max": view.uses_max,
        "uses_per_customer": view.uses_per_customer,
        "is_stackable": view.is_stackable,
        "is_first_order_only": view.is_first_order_only,
        "bearer": view.bearer,
        "share": per_cent(view.share_bps),
    }


class VouchersForm(forms.Form):
    count = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=VOUCHERS_MAX, initial=100
    )


class LoyaltyForm(forms.Form):
    rate = forms.DecimalField(
        label=_("Per cent of a completed order"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
        help_text=_(
            "Empty switches it off. It is credited to the customer's wallet, at your cost."
        ),
    )

    def bps(self) -> int:
        return int((self.cleaned_data["rate"] or 0) * _PER_CENT)


class GiftCardForm(forms.Form):
    """A card that the operator gives."""

    amount = _amount_field(label=_("Amount"))
    recipient_email = forms.EmailField(
        label=_("Send the code to"),
        required=False,
        help_text=_("Empty: we show the code to you, once."),
    )
    recipient_name = forms.CharField(label=_("Their name"), max_length=120, required=False)
    message = forms.CharField(
        label=_("A few words to them"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(label=_("Note for yourself"), max_length=200, required=False)
    expires_at = _moment_field(label=_("Can be used until"), required=False)

    def draft(self) -> GiftCardDraft:
        """Raises BadAmount for more decimals than the currency has."""
        data = self.cleaned_data
        return GiftCardDraft(
            amount=Money.from_decimal(data["amount"], current_tenant().currency),
            recipient_email=data["recipient_email"],
            recipient_name=data["recipient_name"],
            message=data["message"],
            note=data["note"],
            expires_at=data["expires_at"],
        )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Gift card code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class PurchaseForm(forms.Form):
    """A gift card that a customer buys, for themselves or somebody else."""

    amount = _amount_field(label=_("Amount"))
    recipient_email = forms.EmailField(
        label=_("Send the card to"), help_text=_("Your own address, if you want to hand it over.")
    )
    recipient_name = forms.CharField(label=_("Their name"), max_length=120, required=False)
    message = forms.CharField(
        label=_("A few words to them"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    buyer_name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    buyer_email = forms.EmailField(
        label=_("Your e-mail address"), help_text=_("For the receipt of your payment.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = current_tenant().currency
        least, most = least_and_most(currency)
        amount = self.fields["amount"]
        amount.label = f"{amount.label} ({currency})"
        amount.widget.attrs |= {
            "min": least.decimal(),
            "max": most.decimal(),
            "list": "gift-card-amounts",
        }

    def purchase(self, buyer_id: UUID | None) -> Purchase:
        """Raises BadAmount for more decimals than the currency has."""
        data = self.cleaned_data
        return Purchase(
            amount=Money.from_decimal(data["amount"], current_tenant().currency),
            buyer_email=data["buyer_email"],
            recipient_email=data["recipient_email"],
            buyer_id=buyer_id,
            buyer_name=data["buyer_name"],
            recipient_name=data["recipient_name"],
            message=data["message"],
        )


def fresh_start(at: datetime) -> dict[str, Any]:
    """What an empty form suggests."""
    return {"starts_at": at, "uses_per_customer": 1}


def _id_of(prefix: str, text: str) -> str:
    if prefix == "part" and "part_" not in text:
        return str(partner_at(text.rpartition("/")[2], kind="vendor").id)
    # Somebody may paste the address of a page that has the id in it.
    found = re.search(rf"{prefix}_[0-9a-z]+", text)
    return str(parse_public_id(prefix, found[0] if found else text))


def per_cent(bps: int) -> str:
    """Basis points as somebody types them; empty for none."""
    return f"{(Decimal(bps) / _PER_CENT).normalize():f}" if bps else ""
