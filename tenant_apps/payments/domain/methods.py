"""How the operator offers each way to pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_apps.audit.domain.records import record
from shared_apps.gateways.registry import capabilities_of
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unavailable, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.payments.lifecycle import PAYMENT_OPEN
from tenant_apps.payments.models import GATEWAYS, OFFLINE, MethodTerms, Payment
from tenant_apps.payments.models.methods import DAYS_MAX, DAYS_TO_PAY


class BadTerms(Unprocessable):
    code, title = "bad_method_terms", "These terms cannot be"


@dataclass(frozen=True, slots=True)
class TermsWanted:
    """How the operator wants to offer a method; `countries` empty means everywhere."""

    is_on: bool
    instructions: str = ""
    days_to_pay: int = DAYS_TO_PAY
    account_numbers: Sequence[str] = ()
    countries: Sequence[str] = ()
    captures_when_placed: bool = False
    position: int = 0


class NoAccountNumber(Unavailable):
    code, title = "no_account_number", "No account number is free for this payment at the moment"


def time_to_pay(method: str) -> timedelta:
    """How long an offline payment is waited for."""
    terms = MethodTerms.objects.filter(method=method).only("days_to_pay").first()
    return timedelta(days=terms.days_to_pay if terms else DAYS_TO_PAY)


def captures_when_placed(method: str) -> bool:
    """Whether a card is only authorised at first: the operator wants it and the provider can."""
    if method not in GATEWAYS or not capabilities_of(method).manual_capture:
        return False
    return MethodTerms.objects.filter(method=method, captures_when_placed=True).exists()


@step
def own_account_number() -> str:
    """A virtual account's number that no other open payment has; raises NoAccountNumber.

    The lock of the terms' row makes two payments at once take two numbers.
    """
    terms = MethodTerms.objects.select_for_update().filter(method="virtual_account").first()
    numbers = terms.account_numbers if terms else []
    taken = set(
        Payment.objects.filter(state__in=PAYMENT_OPEN, pay_to__in=numbers).values_list(
            "pay_to", flat=True
        )
    )
    free = next((number for number in numbers if number not in taken), None)
    if free is None:
        raise NoAccountNumber
    return str(free)


@operation
def set_terms(*, method: str, wanted: TermsWanted, acting: Actor, at: datetime) -> None:
    """How a method is offered from now on; payments under way keep what they were told. Audited.

    Raises BadTerms.
    """
    _check(method, wanted)
    told = {
        "is_on": wanted.is_on,
        "instructions": wanted.instructions.strip(),
        "days_to_pay": wanted.days_to_pay,
        "account_numbers": list(dict.fromkeys(wanted.account_numbers)),
        "countries": sorted({country.upper() for country in wanted.countries}),
        "captures_when_placed": wanted.captures_when_placed,
        "position": wanted.position,
        "updated_at": at,
    }
    MethodTerms.objects.update_or_create(method=method, defaults=told)
    record(
        "payments.method.set",
        subject=Ref("payments.method", method),
        acting=acting,
        at=at,
        changes={name: value for name, value in told.items() if name != "updated_at"},
    )


def _check(method: str, wanted: TermsWanted) -> None:
    errors: dict[str, list[str]] = {}
    if method not in (*GATEWAYS, *OFFLINE):
        errors["method"] = ["There is no such way to pay."]
    if method in OFFLINE and wanted.is_on and not wanted.instructions.strip():
        errors["instructions"] = ["Tell customers how to pay."]
    if method == "virtual_account" and wanted.is_on and not wanted.account_numbers:
        errors["account_numbers"] = ["Enter at least one account number."]
    if not 1 <= wanted.days_to_pay <= DAYS_MAX:
        errors["days_to_pay"] = [f"Between 1 and {DAYS_MAX} days."]
    if errors:
        raise BadTerms(errors=errors)
