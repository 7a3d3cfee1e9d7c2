"""What operators and partners type about commission and payouts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import InvalidId, parse_public_id, public_id
from shared_apps.kernel.money import BASIS_POINTS, Money
from tenant_apps.partners.queries import vendors_page
from tenant_apps.settlement.domain.bank_files import Payer
from tenant_apps.settlement.domain.commissions import Rule
from tenant_apps.settlement.domain.destinations import Details
from tenant_apps.settlement.domain.sales import catalogue
from tenant_apps.settlement.domain.schedules import PayoutRhythm
from tenant_apps.settlement.domain.simulation import DAYS, DAYS_MAX

_PER_CENT = BASIS_POINTS // 100
_VENDORS_MAX = 500
_KINDS = [
    ("vendor", _("one vendor")),
    ("category", _("a category and all below it")),
    ("product", _("one product")),
]
_WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class RuleForm(forms.Form):
    """A commission rule. Only the field of the chosen kind decides what it is about."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Is about"), choices=_KINDS)
    vendor = forms.ChoiceField(label=_("Vendor"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    product = forms.CharField(
        label=_("Product"),
        max_length=60,
        required=False,
        help_text=_("Its id (prod_…), as “Why this commission” finds it."),
    )
    rate = forms.DecimalField(label=_("Per cent"), min_value=0, max_value=100, decimal_places=2)
    fixed = forms.DecimalField(
        label=_("And for each piece"), min_value=0, required=False, max_digits=12
    )
    is_on_delivery = forms.BooleanField(
        label=_("The percentage is taken of the delivery's price too"), required=False
    )
    fee_tax = forms.DecimalField(
        label=_("Tax on the commission, per cent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
        help_text=_("Empty for your usual rate."),
    )
    place = forms.IntegerField(label=_("Place in the list"), min_value=1, initial=1)
    is_active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)
    days = forms.IntegerField(
        label=_("Try it on the sales of so many days"),
        min_value=1,
        max_value=DAYS_MAX,
        initial=DAYS,
    )

    def __init__(self, *args: Any, is_default: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_default = is_default
        if is_default:
            for name in ("kind", "vendor", "category", "product", "place", "is_active"):
                del self.fields[name]
            return
        vendors = vendors_page(limit=_VENDORS_MAX).items
        chosen: Any = self.fields["vendor"]
        chosen.choices = [("", "—"), *((str(each.id), each.name) for each in vendors)]
        chosen = self.fields["category"]
        chosen.choices = [("", "—"), *catalogue().category_paths()]

    @staticmethod
    def values_of(rule: Rule, place: int) -> dict[str, Any]:
        """The fields as a stored rule fills them."""
        is_product = rule.kind == "product"
        target = public_id("prod", UUID(rule.target)) if is_product else rule.target
        return {
            "name": rule.name,
            "kind": rule.kind,
            rule.kind: target,
            "rate": Decimal(rule.bps) / _PER_CENT,
            "fixed": Money(rule.fixed_minor, rule.fixed_currency).decimal()
            if rule.fixed_minor
            else None,
            "is_on_delivery": rule.is_on_delivery,
            "fee_tax": None if rule.fee_tax_bps is None else Decimal(rule.fee_tax_bps) / _PER_CENT,
            "place": place,
            "is_active": rule.is_active,
            "days": DAYS,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind", "")
        if kind and not data.get(kind):
            self.add_error(kind, _("Say which one."))
        elif kind == "product":
            try:
                data["product"] = str(parse_public_id("prod", data["product"].strip()))
            except InvalidId:
                self.add_error("product", _("This is not such an id."))
        return data

    def rule(self, rule_id: UUID | None = None) -> Rule:
        """What was typed, as the domain takes it; raises BadAmount."""
        data = self.cleaned_data
        currency = current_tenant().currency
        fixed = Money.from_decimal(data["fixed"] or Decimal(0), currency)
        fee_tax = data["fee_tax"]
        kind = "default" if self.is_default else data["kind"]
        return Rule(
            id=rule_id,
            name=data["name"],
            kind=kind,
            target=data.get(kind, ""),
            bps=int(data["rate"] * _PER_CENT),
            fixed_minor=fixed.minor,
            fixed_currency=currency if fixed else "",
            is_on_delivery=data["is_on_delivery"],
            fee_tax_bps=None if fee_tax is None else int(fee_tax * _PER_CENT),
            is_active=self.is_default or data["is_active"],
        )

    @property
    def wanted_place(self) -> int | None:
        return self.cleaned_data.get("place")


class ReleaseForm(forms.Form):
    """When shares are released, how long they wait, who bears a lost dispute."""

    at_payment = forms.BooleanField(
        label=_("As soon as the customer has paid, instead of at delivery"), required=False
    )
    hold_days = forms.IntegerField(
        label=_("Days between release and payout"), min_value=0, max_value=180
    )
    dispute_loss = forms.ChoiceField(
        label=_("Who bears a payment lost to the customer's bank"),
        choices=[
            ("both", _("Both: the vendor gives back its share, you your commission")),
            ("vendor", _("The vendor alone")),
            ("operator", _("You alone")),
        ],
    )


class RhythmForm(forms.Form):
    """How often partners are paid; minimum in the tenant's currency."""

    schedule = forms.ChoiceField(
        label=_("How often"),
        choices=[
            ("daily", _("Every day")),
            ("weekly", _("Every week")),
            ("biweekly", _("Every second week")),
            ("monthly", _("Every month, on the first such weekday")),
            ("manual", _("Only by hand")),
        ],
    )
    weekday = forms.TypedChoiceField(label=_("On which day"), choices=_WEEKDAYS, coerce=int)
    minimum = forms.DecimalField(label=_("Not below"), min_value=0, required=False, max_digits=12)
    reserve = forms.DecimalField(
        label=_("Keep back, per cent of what was released"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
    )
    reserve_days = forms.IntegerField(label=_("For so many days"), min_value=0, max_value=365)

    @staticmethod
    def values_of(rhythm: PayoutRhythm) -> dict[str, Any]:
        currency = current_tenant().currency
        return {
            "schedule": rhythm.schedule,
            "weekday": rhythm.weekday,
            "minimum": Money(rhythm.minimums.get(currency, 0), currency).decimal(),
            "reserve": Decimal(rhythm.reserve_bps) / _PER_CENT,
            "reserve_days": rhythm.reserve_days,
        }

    def rhythm(self) -> PayoutRhythm:
        """What was typed; raises BadAmount."""
        data = self.cleaned_data
        currency = current_tenant().currency
        minimum = Money.from_decimal(data["minimum"] or Decimal(0), currency).minor
        return PayoutRhythm(
            schedule=data["schedule"],
            weekday=data["weekday"],
            minimums={currency: minimum} if minimum else {},
            reserve_bps=int((data["reserve"] or 0) * _PER_CENT),
            reserve_days=data["reserve_days"],
        )


class PayerForm(forms.Form):
    """The operator's bank account for bank files."""

    payer_name = forms.CharField(label=_("Account holder"), max_length=70)
    iban = forms.CharField(label=_("IBAN"), max_length=42)
    bic = forms.CharField(label=_("BIC"), max_length=14, required=False)

    def payer(self) -> Payer:
        data = self.cleaned_data
        return Payer(data["payer_name"], data["iban"], data["bic"])


class DestinationForm(forms.Form):
    """Where a partner is paid; only the fields of the chosen way count."""

    kind = forms.ChoiceField(
        label=_("How to be paid"),
        choices=[
            ("bank", _("To a bank account")),
            ("paypal", _("By PayPal")),
            ("wallet", _("Into your wallet here")),
            ("paystack", _("To a bank account, by Paystack")),
            ("flutterwave", _("To a bank account, by Flutterwave")),
        ],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Account holder"), max_length=70, required=False)
    iban = forms.CharField(label=_("IBAN"), max_length=42, required=False)
    bic = forms.CharField(label=_("BIC, if your bank asks for it"), max_length=14, required=False)
    email = forms.CharField(label=_("PayPal e-mail"), max_length=254, required=False)
    number = forms.CharField(label=_("Account number"), max_length=34, required=False)
    bank_code = forms.CharField(label=_("Bank code"), max_length=20, required=False)
    country = forms.CharField(label=_("Country of the bank"), max_length=2, required=False)

    def details(self, *, user_id: str, user_name: str) -> Details:
        """What was typed; a wallet is always that of whoever asks."""
        data = self.cleaned_data
        if data["kind"] == "wallet":
            return Details(user_id=user_id, name=user_name)
        return Details(
            name=data["name"],
            iban=data["iban"],
            bic=data["bic"],
            email=data["email"],
            number=data["number"],
            bank_code=data["bank_code"],
            country=data["country"],
        )
