"""What people type after a sale: how many of which line, why, how it was found, what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money, exponent
from tenant_apps.ordering.domain.after_sales import Terms
from tenant_apps.ordering.domain.digital_goods import DigitalTerms
from tenant_apps.ordering.domain.inspections import Finding
from tenant_apps.ordering.domain.returns import Asked
from tenant_apps.ordering.models import Claim, Return
from tenant_apps.ordering.queries import LINE_PREFIX, LineView
from tenant_apps.ordering.queries.after_sales import ReturnView

_DAYS_MAX = 365
RETURN_REASONS = (
    (Return.Reason.UNWANTED, _("I changed my mind")),
    (Return.Reason.DAMAGED, _("It is damaged")),
    (Return.Reason.WRONG_ITEM, _("It is something else")),
    (Return.Reason.NOT_AS_DESCRIBED, _("It is not as described")),
)
CLAIM_KINDS = (
    (Claim.Kind.NEVER_ARRIVED, _("It never arrived")),
    (Claim.Kind.DAMAGED, _("It arrived damaged")),
    (Claim.Kind.WRONG_ITEM, _("Something else arrived")),
    (Claim.Kind.MISSING, _("Something was missing")),
)


class QuantitiesForm(forms.Form):
    """How many of each line, named `q_line_...`; lines of which there are none are not asked for."""

    def __init__(
        self,
        *args: Any,
        lines: Iterable[LineView] = (),
        available: Mapping[UUID, int],
        start: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.line_ids: dict[str, UUID] = {}
        fields = {}
        for line in lines:
            most = available.get(line.id, 0)
            if most:
                name = f"q_{public_id(LINE_PREFIX, line.id)}"
                self.line_ids[name] = line.id
                fields[name] = _count_field(line, most, start)
        self.fields = {**fields, **self.fields}

    @property
    def quantities(self) -> dict[UUID, int]:
        return {
            line_id: self.cleaned_data.get(name) or 0 for name, line_id in self.line_ids.items()
        }

    @property
    def chosen(self) -> dict[UUID, int] | None:
        """The same, or None when no field was sent at all: then it is about everything."""
        is_asked = any(self.cleaned_data.get(name) is not None for name in self.line_ids)
        return self.quantities if is_asked else None


class CancelForm(QuantitiesForm):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ReturnForm(QuantitiesForm):
    """For an exchange, `x_line_...` names the wanted variant of each line."""

    reason = forms.ChoiceField(label=_("Why"), choices=RETURN_REASONS)
    wanted = forms.ChoiceField(
        label=_("What would you like?"),
        choices=(
            (Return.Wanted.REFUND, _("My money back")),
            (Return.Wanted.EXCHANGE, _("Another variant of the same product")),
        ),
    )
    note = forms.CharField(
        label=_("Tell the seller more"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, exchanges: Mapping[UUID, Sequence[tuple[UUID, str]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.swaps: dict[str, UUID] = {}
        for name, line_id in self.line_ids.items():
            others = exchanges.get(line_id, ())
            if others:
                swap = name.replace("q_", "x_", 1)
                self.swaps[swap] = line_id
                self.fields[swap] = forms.ChoiceField(
                    label=_("Exchange %(title)s for") % {"title": self.fields[name].label},
                    choices=[("", "-"), *((str(each), label) for each, label in others)],
                    required=False,
                )
        if not self.swaps:
            del self.fields["wanted"]
        self.order_fields([*self.line_ids, "reason", "wanted", *self.swaps, "note"])

    def asked(self) -> Asked:
        data = self.cleaned_data
        swaps = {line_id: UUID(data[name]) for name, line_id in self.swaps.items() if data[name]}
        return Asked(
            items=self.quantities,
            reason=data["reason"],
            wanted=data.get("wanted", Return.Wanted.REFUND),
            replacements=swaps,
            note=data["note"],
        )


class ClaimForm(QuantitiesForm):
    kind = forms.ChoiceField(label=_("What is wrong?"), choices=CLAIM_KINDS)
    note = forms.CharField(
        label=_("What happened?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ParcelForm(QuantitiesForm):
    """A parcel with some or all of what is left to send."""

    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=120, required=False)
    tracking_url = forms.URLField(
        label=_("Tracking page"), max_length=500, required=False, assume_scheme="https"
    )


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(choices=(("approve", ""), ("refuse", "")), required=False)
    answer = forms.CharField(
        label=_("Answer to the customer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class InspectionForm(forms.Form):
    """For each line: how many back on the shelf, written off, refused."""

    answer = forms.CharField(
        label=_("Note to the customer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when you refuse everything."),
    )

    def __init__(self, *args: Any, found: ReturnView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        fields: dict[str, forms.Field] = {}
        for line in found.lines:
            key = public_id(LINE_PREFIX, line.line_id)
            for name, label in _FINDINGS:
                fields[f"{name}_{key}"] = forms.IntegerField(
                    label=f"{line.title}: {label}",
                    min_value=0,
                    max_value=line.quantity,
                    initial=line.quantity if name == "restocked" else 0,
                    required=False,
                )
        self.fields = {**fields, **self.fields}

    def findings(self) -> dict[UUID, Finding]:
        found = {}
        for line in self.found.lines:
            key = public_id(LINE_PREFIX, line.line_id)
            counts = {
                name: self.cleaned_data.get(f"{name}_{key}") or 0 for name, _label in _FINDINGS
            }
            found[line.line_id] = Finding(**counts)
        return found


_FINDINGS = (
    ("restocked", _("back on the shelf")),
    ("written_off", _("written off")),
    ("refused", _("refused")),
)


class PayBackForm(forms.Form):
    """Amounts in the order's currency, for each line and for the delivery."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(
        self,
        *args: Any,
        lines: Iterable[LineView],
        delivery_left: Money,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = delivery_left.currency
        self.line_ids: dict[str, UUID] = {}
        fields: dict[str, forms.Field] = {}
        for line in lines:
            left = line.total - line.refunded
            if left:
                name = f"a_{public_id(LINE_PREFIX, line.id)}"
                self.line_ids[name] = line.id
                fields[name] = _amount_field(line.title, left)
        if delivery_left:
            fields["delivery"] = _amount_field(_("Delivery"), delivery_left)
        self.fields = {**fields, **self.fields}

    @property
    def amounts(self) -> dict[UUID, int]:
        return {line_id: self._minor(name) for name, line_id in self.line_ids.items()}

    @property
    def delivery_minor(self) -> int:
        return self._minor("delivery")

    def _minor(self, name: str) -> int:
        value = self.cleaned_data.get(name)
        return Money.from_decimal(value, self.currency).minor if value else 0


class DecisionForm(forms.Form):
    """The operator's decision about a claim; without an amount it is the whole price."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=(
            ("refund", _("Pay the money back")),
            ("reship", _("Have it sent again")),
            ("refuse", _("Refuse")),
        ),
    )
    amount = forms.DecimalField(
        label=_("Only this amount"), min_value=Decimal(0), required=False, max_digits=12
    )
    carrier = forms.CharField(label=_("Carrier of the replacement"), max_length=80, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=120, required=False)
    note = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class TermsForm(forms.Form):
    """Days until time decides; 0 for never."""

    silent_days = forms.IntegerField(
        label=_("Cancel when the seller does nothing for"), min_value=0, max_value=_DAYS_MAX
    )
    delivery_days = forms.IntegerField(
        label=_("Count as delivered after sending"), min_value=0, max_value=_DAYS_MAX
    )
    return_days = forms.IntegerField(
        label=_("Accept returns after delivery for"),
        min_value=0,
        max_value=_DAYS_MAX,
        help_text=_("Then the order is completed."),
    )
    answer_days = forms.IntegerField(
        label=_("Approve returns that nobody answers after"), min_value=0, max_value=_DAYS_MAX
    )
    send_back_days = forms.IntegerField(
        label=_("Let approved returns lapse after"), min_value=0, max_value=_DAYS_MAX
    )
    restocking_percent = forms.DecimalField(
        label=_("Restocking fee in per cent"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=2,
        help_text=_("The seller keeps it, unless it is the seller's fault."),
    )
    is_delivery_refunded = forms.BooleanField(
        label=_("Pay the delivery back when everything is returned"), required=False
    )

    @classmethod
    def of(cls, terms: Terms) -> TermsForm:
        known = {name: getattr(terms, name) for name in cls.base_fields if name in Terms.__slots__}
        return cls(initial={**known, "restocking_percent": Decimal(terms.restocking_bps) / 100})

    def terms(self) -> Terms:
        data = dict(self.cleaned_data)
        return Terms(restocking_bps=int(data.pop("restocking_percent") * 100), **data)


class DigitalForm(forms.Form):
    upload = forms.FileField(label=_("File"), required=False)
    download_limit = forms.IntegerField(
        label=_("Downloads a unit"), min_value=0, max_value=1000, help_text=_("0 for any number.")
    )
    valid_days = forms.IntegerField(
        label=_("Days to download"), min_value=0, max_value=3650, help_text=_("0 for ever.")
    )
    has_keys = forms.BooleanField(label=_("Every unit needs a licence key"), required=False)

    def terms(self) -> DigitalTerms:
        data = self.cleaned_data
        return DigitalTerms(data["download_limit"], data["valid_days"], data["has_keys"])


class KeysForm(forms.Form):
    keys = forms.CharField(
        label=_("Licence keys, one a line"), widget=forms.Textarea(attrs={"rows": 6})
    )


def _count_field(line: LineView, most: int, start: int | None) -> forms.IntegerField:
    label = " · ".join(filter(None, [line.title, line.variant_title]))
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=False,
        initial=most if start is None else start,
        help_text=_("of %(count)s") % {"count": most},
    )


def _amount_field(label: Any, left: Money) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(0),
        max_value=left.decimal(),
        decimal_places=exponent(left.currency),
        required=False,
        help_text=_("at most %(amount)s") % {"amount": left},
    )
