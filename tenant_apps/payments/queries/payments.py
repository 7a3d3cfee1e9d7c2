"""Payments as they stand with us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.payments.lifecycle import (
    PAYMENT_LIVE,
    PAYMENT_OPEN,
    PAYMENT_PAID,
    PAYMENT_UNCAPTURED,
)
from tenant_apps.payments.models import GATEWAYS, OFFLINE, STORED, Payment, Refund


class PaymentUnknown(NotFound):
    code, title = "payment_unknown", "There is no such payment"


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as it stands with us; `gateway` and `method` are the same word."""

    id: UUID
    public_id: str
    reference: str
    subject: Ref
    state: str
    method: str
    source: str
    is_test: bool
    amount: Money
    authorised: Money
    captured: Money
    refunded: Money
    fee: Money
    redirect_url: str
    provider_id: str
    pay_to: str
    failure_code: str
    customer_email: str
    user_id: UUID | None
    created_at: datetime
    expires_at: datetime
    verified_at: datetime | None

    @property
    def gateway(self) -> str:
        return self.method

    @property
    def is_paid(self) -> bool:
        return self.state in PAYMENT_PAID

    @property
    def is_open(self) -> bool:
        return self.state in PAYMENT_OPEN

    @property
    def is_stored(self) -> bool:
        return self.method in STORED

    @property
    def is_offline(self) -> bool:
        return self.method in OFFLINE

    @property
    def is_at_gateway(self) -> bool:
        return self.method in GATEWAYS


def view_of(payment: Payment) -> PaymentView:
    """The row as others may see it; reads the account if it is not loaded."""
    currency = payment.currency
    return PaymentView(
        id=payment.id,
        public_id=payment.public_id,
        reference=payment.reference,
        subject=Ref.parse(payment.subject),
        state=payment.state,
        method=payment.method,
        source=payment.source,
        is_test=payment.account is not None and payment.account.is_test,
        amount=payment.amount,
        authorised=Money(payment.authorised_minor, currency),
        captured=Money(payment.captured_minor, currency),
        refunded=Money(payment.refunded_minor, currency),
        fee=Money(payment.fee_minor, currency),
        redirect_url=payment.redirect_url,
        provider_id=payment.provider_id or "",
        pay_to=payment.pay_to,
        failure_code=payment.failure_code,
        customer_email=payment.customer_email,
        user_id=payment.user_id,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        verified_at=payment.verified_at,
    )


def payment(payment_id: UUID) -> PaymentView:
    """Raises PaymentUnknown."""
    return view_of(_one(id=payment_id))


def payment_of_provider(provider_id: str) -> PaymentView:
    """Raises PaymentUnknown."""
    return view_of(_one(provider_id=provider_id))


def payments_of(subject: Ref) -> list[PaymentView]:
    """Every payment for the subject, oldest first, but none that came too much. One query."""
    rows = Payment.objects.select_related("account").filter(subject=str(subject), is_surplus=False)
    return [view_of(row) for row in rows.order_by("id")]


def find_payment(subject: Ref) -> PaymentView | None:
    """The payment that decides when the customer has paid: a gateway's or offline one if there is.

    Live ones come before those that failed, later ones before earlier ones, and stored value last.
    """
    found = sorted(
        payments_of(subject),
        key=lambda view: (view.is_stored, view.state not in PAYMENT_LIVE, -view.id.int),
    )
    return found[0] if found else None


def outstanding(subject: Ref) -> list[PaymentView]:
    """Live payments for the subject that are not captured yet: stored value held, a page open,

    a transfer awaited, cash to be collected. One query.
    """
    return [view for view in payments_of(subject) if view.state in PAYMENT_UNCAPTURED]


def is_cash(subject: Ref) -> bool:
    """Whether the subject is paid in cash at delivery, so that nothing is awaited before."""
    rows = Payment.objects.filter(subject=str(subject), method="cash", state__in=PAYMENT_LIVE)
    return rows.exists()


def has_paid(email: str, *, kind: str) -> bool:
    """Whether somebody of this address has paid for a subject of this kind. One query."""
    rows = Payment.objects.filter(customer_email__iexact=email, state__in=PAYMENT_PAID)
    return rows.filter(subject__startswith=f"{kind}:").exists()


def _one(**lookup: object) -> Payment:
    row = Payment.objects.select_related("account").filter(**lookup).first()
    if row is None:
        raise PaymentUnknown
    return row


def refunded_of(subjects: Iterable[Ref], *, key_prefix: str) -> dict[str, int]:
    """What was asked back for the splits of these subjects under such keys, unless it failed.

    In minor units by the subject's text. One query.
    """
    wanted = [str(each) for each in subjects]
    rows = Refund.objects.filter(split__subject__in=wanted, key__startswith=key_prefix)
    sums = rows.exclude(state="failed").values_list("split__subject").annotate(Sum("amount_minor"))
    return dict(sums.order_by())
