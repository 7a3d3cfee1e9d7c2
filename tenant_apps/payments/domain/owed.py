"""What a part of an order still brings, whoever pays it."""

from __future__ import annotations

from django.db.models import F, Q, Sum

from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.payments.lifecycle import PAYMENT_LIVE
from tenant_apps.payments.models import OFFLINE, PaymentSplit


def owed_or_paid(split_subject: Ref, currency: str) -> Money:
    """What live payments took, or still wait for by hand, for one split. One query."""
    rows = PaymentSplit.objects.filter(
        subject=str(split_subject),
        payment__state__in=PAYMENT_LIVE,
        payment__is_surplus=False,
        payment__currency=currency,
    )
    rows = rows.filter(Q(payment__method__in=OFFLINE) | Q(captured_minor__gt=0))
    found = rows.aggregate(minor=Sum(F("amount_minor") - F("waived_minor")))["minor"]
    return Money(found or 0, currency)
