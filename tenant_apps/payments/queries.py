"""What other rooms and the pages may know of payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.payments.lifecycle import PAYMENT_OPEN, PAYMENT_PAID
from tenant_apps.payments.models import GatewayAccount, Payment, Refund


class PaymentUnknown(NotFound):
    code, title = "payment_unknown", "There is no such payment"


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as it stands with us."""

    id: UUID
    reference: str
    subject: Ref
    state: str
    gateway: str
    is_test: bool
    amount: Money
    captured: Money
    refunded: Money
    fee: Money
    redirect_url: str
    provider_id: str
    failure_code: str
    expires_at: datetime
    verified_at: datetime | None

    @property
    def is_paid(self) -> bool:
        return self.state in PAYMENT_PAID

    @property
    def is_open(self) -> bool:
        return self.state in PAYMENT_OPEN


@dataclass(frozen=True, slots=True)
class GatewayAccountView:
    """A gateway account without its secrets."""

    id: UUID
    kind: str
    key_hint: str
    is_test: bool
    state: str
    provider_account: str
    endpoint_token: str
    created_at: datetime


def view_of(payment: Payment) -> PaymentView:
    """The row as others may see it; reads the account if it is not loaded."""
    currency = payment.currency
    return PaymentView(
        id=payment.id,
        reference=payment.reference,
        subject=Ref.parse(payment.subject),
        state=payment.state,
        gateway=payment.account.kind,
        is_test=payment.account.is_test,
        amount=payment.amount,
        captured=Money(payment.captured_minor, currency),
        refunded=Money(payment.refunded_minor, currency),
        fee=Money(payment.fee_minor, currency),
        redirect_url=payment.redirect_url,
        provider_id=payment.provider_id or "",
        failure_code=payment.failure_code,
        expires_at=payment.expires_at,
        verified_at=payment.verified_at,
    )


def payment(payment_id: UUID) -> PaymentView:
    """Raises PaymentUnknown."""
    return view_of(_one(id=payment_id))


def payment_of_provider(provider_id: str) -> PaymentView:
    """Raises PaymentUnknown."""
    return view_of(_one(provider_id=provider_id))


def find_payment(subject: Ref) -> PaymentView | None:
    """The latest payment for the subject; live ones come before those that failed."""
    rows = Payment.objects.select_related("account").filter(subject=str(subject))
    found = sorted(rows, key=lambda row: (row.state in {"failed", "expired"}, -row.id.int))
    return view_of(found[0]) if found else None


def gateway_accounts() -> Sequence[GatewayAccountView]:
    """Every account of the operator, newest first."""
    return [
        GatewayAccountView(
            id=row.id,
            kind=row.kind,
            key_hint=row.key_hint,
            is_test=row.is_test,
            state=row.state,
            provider_account=row.provider_account,
            endpoint_token=row.endpoint_token,
            created_at=row.created_at,
        )
        for row in GatewayAccount.objects.order_by("-created_at")
    ]


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
