"""Cards a provider keeps for a customer: noted when they pay, chosen, forgotten."""

from __future__ import annotations

import contextlib
from datetime import datetime
from uuid import UUID

from shared_apps.gateways.contract import PaymentSnapshot
from shared_apps.gateways.errors import NotOffered
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.transactions import operation, step
from tenant_apps.payments.domain.accounts import gateway_of
from tenant_apps.payments.models import GatewayAccount, GatewayCustomer, Payment, SavedMethod


class MethodUnknown(NotFound):
    code, title = "saved_method_unknown", "There is no such saved card"


def customer_at(account: GatewayAccount, *, user_id: UUID, email: str) -> str:
    """The provider's id of a customer, made there on first use (journey).

    Empty where the provider keeps nothing. Raises GatewayBusy, OutcomeUnknown.
    """
    known = GatewayCustomer.objects.filter(user_id=user_id, account=account).first()
    if known is not None:
        return known.provider_id
    try:
        provider_id = gateway_of(account).open_customer(
            reference=str(user_id),
            email=email,
            idempotency_key=f"{current_tenant().id}:customer:{account.id}:{user_id}",
        )
    except NotOffered:
        return ""
    return _note_customer(account.id, user_id, provider_id)


@operation
def _note_customer(account_id: UUID, user_id: UUID, provider_id: str) -> str:
    """Remember who the customer is there; whoever was faster asked with the same key."""
    row = GatewayCustomer(user_id=user_id, account_id=account_id, provider_id=provider_id)
    GatewayCustomer.objects.bulk_create([row], ignore_conflicts=True)
    return GatewayCustomer.objects.get(user_id=user_id, account_id=account_id).provider_id


@step
def keep_method(payment: Payment, snapshot: PaymentSnapshot, *, at: datetime) -> None:
    """Note the card that this payment let the provider keep, once; the first is the default."""
    kept = snapshot.saved_method
    if not payment.saves_method or kept is None or not kept.is_reusable:
        return
    if payment.user_id is None or payment.account_id is None:
        return
    mine = SavedMethod.objects.filter(user_id=payment.user_id)
    row = SavedMethod(
        user_id=payment.user_id,
        account_id=payment.account_id,
        customer=snapshot.customer,
        token=kept.token,
        brand=kept.brand[:40],
        last4=kept.last4[-4:],
        expires=kept.expires[:7],
        is_default=not mine.filter(is_default=True).exists(),
        created_at=at,
    )
    SavedMethod.objects.bulk_create([row], ignore_conflicts=True)


@operation
def make_default(*, user_id: UUID, method_id: UUID, at: datetime) -> None:
    """Offer this card first from now on. Raises MethodUnknown."""
    mine = SavedMethod.objects.select_for_update().filter(user_id=user_id).order_by("id")
    rows = {row.id: row for row in mine}
    if method_id not in rows:
        raise MethodUnknown
    SavedMethod.objects.filter(user_id=user_id, is_default=True).update(is_default=False)
    SavedMethod.objects.filter(id=method_id).update(is_default=True)


def forget_method(*, user_id: UUID, method_id: UUID, at: datetime) -> None:
    """Have the provider forget a card, then forget it ourselves (journey).

    Raises MethodUnknown, and what the provider raises: the card then stays until the next try.
    """
    row = SavedMethod.objects.select_related("account").filter(user_id=user_id, id=method_id)
    method = row.first()
    if method is None:
        raise MethodUnknown
    with contextlib.suppress(NotOffered):
        gateway_of(method.account).forget_method(method.token)
    _forget(method.id, user_id)


@operation
def _forget(method_id: UUID, user_id: UUID) -> None:
    """The card is gone; the newest other one becomes the default."""
    SavedMethod.objects.filter(id=method_id, user_id=user_id).delete()
    rows = SavedMethod.objects.select_for_update().filter(user_id=user_id)
    left = list(rows.order_by("-created_at", "-id"))
    if left and not any(row.is_default for row in left):
        SavedMethod.objects.filter(id=left[0].id).update(is_default=True)
