"""What the pages of cart and checkout get: pictures, sums, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.media.queries import picture_data
from tenant_apps.ordering.domain.cart_reading import CartGroup, CartLineView, CartView
from tenant_apps.ordering.domain.paying import WayToPay
from tenant_apps.ordering.domain.tendering import Tender
from tenant_apps.ordering.domain.validation import CartProblem
from tenant_apps.ordering.views.showing import Sum
from themes.domain.pictures import Picture
from themes.templatetags.ui import money

KNOWN = {
    "not_for_sale": lazy("This cannot be bought any more."),
    "vendor_closed": lazy("This seller is on holiday at the moment."),
    "cart_empty": lazy("Your basket is empty."),
    "cart_invalid": lazy("Something in your basket has changed. Please have another look."),
    "bad_quantity": lazy("Choose a quantity between 1 and 999."),
    "delivery_not_offered": lazy("This seller does not deliver to that address."),
    "delivery_method_unknown": lazy("This way of delivery is no longer offered. Choose another."),
    "insufficient_funds": lazy("There is not that much left on your gift card or wallet."),
    "payment_method_unknown": lazy("This way of paying is not offered. Choose another."),
    "no_account_number": lazy("This way of paying is busy. Choose another, or try again later."),
    "no_payment_gateway": lazy("This shop cannot take payments at the moment."),
    "payment_not_started": lazy("The payment could not be started. Please try again."),
    "gateway_outcome_unknown": lazy("The payment service did not answer. Please try again."),
    "gateway_busy": lazy("The payment service is busy. Please try again in a moment."),
    "address_book_full": lazy("Your address book is full."),
}
CODES = {
    "unknown": lazy("There is no such code."),
    "too_many": lazy("There are too many codes already."),
    "cart_empty": lazy("Put something in your basket first."),
    "ended": lazy("This code is no longer valid."),
    "paused": lazy("This code cannot be used at the moment."),
    "not_started": lazy("This code is not valid yet."),
    "used_up": lazy("This code has been used up."),
    "used_by_you": lazy("You have used this code already."),
    "first_order_only": lazy("This code is for a first order only."),
    "other_currency": lazy("This code is for another currency."),
    "nothing_eligible": lazy("This code is for other things than those in your basket."),
    "minimum_not_reached": lazy("Your basket does not reach the minimum for this code yet."),
    "delivery_is_free": lazy("Delivery is free already."),
    "same_promotion": lazy("Another code of the same kind is in use."),
    "not_combinable": lazy("This code cannot be combined with the other one."),
    "nothing_left": lazy("There is nothing left to take off."),
    "gift_card_empty": lazy("This gift card is empty."),
}
WAYS = {
    "stripe": lazy("Card"),
    "paypal": lazy("PayPal"),
    "paystack": lazy("Paystack"),
    "flutterwave": lazy("Flutterwave"),
    "bank_transfer": lazy("Bank transfer"),
    "virtual_account": lazy("Transfer to an account number of your own"),
    "cash": lazy("Cash on delivery"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    line: CartLineView
    picture: Picture | None
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """`field` is the name of the group's choice of delivery in the form."""

    group: CartGroup
    lines: Sequence[ShownLine]
    notes: Sequence[str]

    @property
    def field(self) -> str:
        return f"delivery-{self.group.public_id}"


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code in the cart: what it takes off, or why it takes off nothing."""

    code: str
    title: str
    off: Money | None = None
    note: str = ""


def cart_page(view: CartView) -> dict[str, Any]:
    """Context of the pages that show a cart."""
    pictures = _pictures([line for group in view.groups for line in group.lines])
    groups = [
        ShownGroup(
            group=group,
            lines=[
                ShownLine(
                    line, pictures.get(line.variant_id), [told(each) for each in line.problems]
                )
                for line in group.lines
            ],
            notes=[told(each) for each in group.problems],
        )
        for group in view.groups
    ]
    changed = [each for each in view.problems if each.variant_id is not None]
    return {
        "cart": view,
        "groups": groups,
        "sums": cart_sums(view),
        "codes": shown_codes(view),
        "paid": [Sum(tender_label(each), -each.amount) for each in view.tenders],
        "has_changed": bool(changed),
        "agreed": f"{view.total.minor}:{view.due.minor}",
    }


def cart_sums(view: CartView) -> list[Sum]:
    """How the total comes about."""
    delivery = _("Delivery from") if view.is_estimate else _("Delivery")
    sums = [Sum(_("Goods"), view.sums.subtotal), Sum(delivery, view.sums.delivery)]
    sums += [Sum(f"{each.title} ({each.code})", -each.off) for each in view.applied]
    if view.sums.tax_added:
        sums.append(Sum(_("Tax"), view.sums.tax_added))
    return sums


def tender_label(tender: Tender) -> str:
    if tender.method == "wallet":
        return _("Wallet")
    return _("Gift card •••• %(end)s") % {"end": tender.label}


@dataclass(frozen=True, slots=True)
class ShownWay:
    """A way to pay with what customers call it."""

    method: str
    label: str
    note: str


def shown_ways(ways: Sequence[WayToPay]) -> list[ShownWay]:
    return [
        ShownWay(each.method, str(WAYS.get(each.method, each.method)), each.instructions)
        for each in ways
    ]


def shown_codes(view: CartView) -> list[ShownCode]:
    """Every code in the cart, and every gift card by the end of its number."""
    applied = {each.code.upper(): each for each in view.applied}
    notes = {
        str(each.members["promotion_code"]).upper(): told(each)
        for each in view.problems
        if each.code == "code_refused"
    }
    found = []
    for code in view.codes:
        known = applied.get(code.upper())
        title, off = (known.title, known.off) if known else ("", None)
        found.append(ShownCode(code, title, off, notes.get(code.upper(), "")))
    return found


def told(problem: CartProblem) -> str:
    return explained(problem.code, problem.members)


def explained(code: str, members: Mapping[str, Any]) -> str:
    """A refusal in words for customers."""
    special = _SPECIAL.get(code)
    if special is not None:
        return special(members)
    return str(KNOWN.get(code, _("This did not work. Please try again.")))


def _short(members: Mapping[str, Any]) -> str:
    left = members.get("available")
    return _("Only %(left)s left.") % {"left": left} if left else _("This is sold out.")


def _price_changed(members: Mapping[str, Any]) -> str:
    return " ".join(filter(None, [_("The price has changed."), _amounts(members)]))


def _total_changed(members: Mapping[str, Any]) -> str:
    now = money(_money(members["now"]))
    return _("The amount is %(now)s now. Please confirm it.") % {"now": now}


def _below_minimum(members: Mapping[str, Any]) -> str:
    missing, least = (money(_money(members[key])) for key in ("missing", "minimum"))
    said = {"vendor": members["vendor"], "least": least, "missing": missing}
    return _("%(vendor)s sends from %(least)s on: %(missing)s are missing.") % said


def _code_refused(members: Mapping[str, Any]) -> str:
    return str(CODES.get(str(members.get("reason")), _("This code cannot be used.")))


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "insufficient_stock": _short,
    "price_changed": _price_changed,
    "total_changed": _total_changed,
    "below_minimum": _below_minimum,
    "code_refused": _code_refused,
}


def all_explained(error_code: str, members: Mapping[str, Any]) -> list[str]:
    """Everything that stands in the way of checkout, each once."""
    problems = members.get("problems") or [{"code": error_code, **members}]
    return list(dict.fromkeys(explained(each["code"], each) for each in problems))


def _amounts(members: Mapping[str, Any]) -> str:
    if not members.get("before"):
        return ""
    before, now = money(_money(members["before"])), money(_money(members["now"]))
    return _("It was %(before)s and is %(now)s now.") % {"before": before, "now": now}


def _money(value: Mapping[str, str]) -> Money:
    return Money.parse(value["amount"], value["currency"])


def order_url(order_id: UUID) -> str:
    return f"/orders/{public_id('ord', order_id)}/"


def _pictures(lines: Sequence[CartLineView]) -> dict[UUID, Picture]:
    files = {
        line.variant_id: UUID(str(line.image["file_id"]))
        for line in lines
        if line.image.get("file_id")
    }
    data = picture_data(files.values()) if files else {}
    return {
        variant_id: Picture(
            src=data[file_id].src,
            alt="",
            width=data[file_id].width,
            height=data[file_id].height,
            sources=data[file_id].sources,
        )
        for variant_id, file_id in files.items()
        if file_id in data
    }
