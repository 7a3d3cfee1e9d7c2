"""A card that was only authorised: captured when what it pays for can be had, else let go."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.gateways.contract import CapturePayment
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.registry import capabilities_of
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import InvariantBroken
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.payments.domain.accounts import gateway_at
from tenant_apps.payments.domain.captures import locked, take_over
from tenant_apps.payments.models import Payment, PaymentSplit
from tenant_apps.payments.queries import PaymentView, view_of

CaptureGate = Callable[[Ref, datetime], Collection[str]]
_gates: dict[str, CaptureGate] = {}


def register_capture_gate(kind: str, gate: CaptureGate) -> None:
    """Who says what of a subject of this kind can still be had, asked just before the capture.

    From a room's apps.ready(): the gate reads and returns the subjects of those splits. Without
    one everything is captured.
    """
    if _gates.setdefault(kind, gate) is not gate:
        raise InvariantBroken(f"there is already a gate for {kind}")


@dataclass(frozen=True, slots=True)
class CapturePlan:
    """What is to be captured of an authorised payment; nothing: it is let go."""

    amount: Money


def finish_authorised(*, payment_id: UUID, at: datetime) -> PaymentView:
    """Capture an authorised payment as far as its subject can be had, or let it go (journey).

    What to capture is decided once and written down, so that a repeat asks for the same. A
    provider that refuses because the authorisation is gone is asked how it stands. Raises
    OutcomeUnknown, GatewayBusy, GatewayRefused.
    """
    plan = _plan(payment_id, at=at)
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if plan is None or payment.provider_id is None:
        return view_of(payment)
    gateway, tenant = gateway_at(payment), current_tenant().id
    crash_point("before_capture")
    try:
        if plan.amount:
            key = f"{tenant}:capture:{payment.id}:{payment.attempt}"
            snapshot = gateway.capture(CapturePayment(payment.provider_id, plan.amount, key))
        else:
            key = f"{tenant}:void:{payment.id}:{payment.attempt}"
            snapshot = gateway.cancel_authorisation(payment.provider_id, idempotency_key=key)
    except GatewayRefused:
        snapshot = gateway.fetch_payment(payment.provider_id)
        if snapshot.state == "authorised":
            raise
    return take_over(payment.id, snapshot, at=at)


@operation
def _plan(payment_id: UUID, *, at: datetime) -> CapturePlan | None:
    """Decide once what to capture: what cannot be had any more is waived on its splits.

    None when the payment is not waiting for a capture.
    """
    payment = locked(payment_id)
    if payment.state != "authorised" or payment.account is None:
        return None
    splits = list(payment.splits.order_by("id"))
    if payment.capture_planned_at is None:
        _waive_unavailable(payment, splits, at=at)
        payment.capture_planned_at = at
        payment.save(update_fields=["capture_planned_at"])
    due = sum(split.to_collect_minor for split in splits)
    return CapturePlan(Money(due, payment.currency))


def _waive_unavailable(payment: Payment, splits: list[PaymentSplit], *, at: datetime) -> None:
    gate = _gates.get(Ref.parse(payment.subject).kind)
    if gate is None:
        return
    available = gate(Ref.parse(payment.subject), at)
    gone = [split for split in splits if split.subject not in available]
    can_capture_part = capabilities_of(payment.method).partial_capture
    if len(gone) < len(splits) and not can_capture_part:
        return
    for split in gone:
        split.waived_minor = split.amount_minor
    PaymentSplit.objects.bulk_update(gone, ["waived_minor"])
