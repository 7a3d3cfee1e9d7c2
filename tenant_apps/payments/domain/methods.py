"""How the operator offers each way to pay."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.errors import Unavailable
from shared_apps.kernel.transactions import step
from tenant_apps.payments.lifecycle import PAYMENT_OPEN
from tenant_apps.payments.models import MethodTerms, Payment
from tenant_apps.payments.models.methods import DAYS_TO_PAY


class NoAccountNumber(Unavailable):
    code, title = "no_account_number", "No account number is free for this payment at the moment"


def time_to_pay(method: str) -> timedelta:
    """How long an offline payment is waited for."""
    terms = MethodTerms.objects.filter(method=method).only("days_to_pay").first()
    return timedelta(days=terms.days_to_pay if terms else DAYS_TO_PAY)


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
