"""Getting payouts to where they go, and believing only definite answers.

What a provider did not clearly refuse stays `processing`: it is asked again under the same
idempotency key while the provider remembers keys, and after that waits for the operator. A payout
is never made anew for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.gateways.contract import (
    DestinationKind,
    Gateway,
    PayoutSnapshot,
    PayoutState,
    SendPayout,
)
from shared_apps.gateways.contract import (
    PayoutDestination as GatewayDestination,
)
from shared_apps.gateways.errors import (
    CredentialsRefused,
    GatewayRefused,
    NotOffered,
    PaymentDeclined,
)
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import operation
from tenant_apps.payments.domain.accounts import active_account, gateway_of
from tenant_apps.settlement.domain.destinations import details_of
from tenant_apps.settlement.domain.payouts import (
    OPERATOR_IS_SHORT,
    PayoutUnknown,
    locked_payout,
    note_failed,
    note_paid,
)
from tenant_apps.settlement.lifecycle import PAYOUT, PAYOUT_OPEN
from tenant_apps.settlement.models import Payout, PayoutDestination

Kind = PayoutDestination.Kind
GATEWAYS = (Kind.STRIPE, Kind.PAYPAL, Kind.PAYSTACK, Kind.FLUTTERWAVE)
_ADDRESSED = {Kind.STRIPE: DestinationKind.CONNECTED_ACCOUNT, Kind.PAYPAL: DestinationKind.EMAIL}
# Providers forget idempotency keys after a day: later, asking again could pay twice.
_KEY_REMEMBERED = timedelta(hours=20)
_SHORT = ("balance_insufficient", "insufficient_funds", "insufficient_balance")
_BOUNCES_WITHIN = timedelta(days=5)
_BATCH = 200


def deliver_payout(*, payout_id: UUID, at: datetime) -> str:
    """Bring a fresh payout on its way: into a wallet at once, else as send_payout (journey)."""
    payout = Payout.objects.filter(id=payout_id).first()
    if payout is not None and payout.method == Kind.WALLET:
        return pay_into_wallet(payout_id=payout_id, at=at)
    return send_payout(payout_id=payout_id, at=at)


def send_payout(*, payout_id: UUID, at: datetime) -> str:
    """Send a payout on its way, or ask how it is doing (journey); returns its state.

    Marks it `processing` before anybody is asked. A definite refusal gives the money back to the
    partner, but one for the operator's reasons (keys, balance) makes it `due` again for a later
    attempt; OutcomeUnknown and GatewayBusy leave it `processing` and are raised. One for the bank
    waits for its file.
    """
    payout = Payout.objects.select_related("destination").filter(id=payout_id).first()
    if payout is None:
        raise PayoutUnknown
    account = active_account(payout.method) if payout.method in GATEWAYS else None
    if account is None or payout.state not in PAYOUT_OPEN:
        return payout.state
    gateway = gateway_of(account)
    if payout.provider_id:
        return _take_over(payout.id, gateway.fetch_payout(payout.provider_id), at=at)
    attempt = _begin(payout.id, at=at)
    return _ask(gateway, payout, attempt, at=at) if attempt else payout.state


def _ask(gateway: Gateway, payout: Payout, attempt: int, *, at: datetime) -> str:
    """Have the provider pay, under a key that makes asking again the same payout."""
    crash_point("before_payout")
    try:
        snapshot = gateway.send_payout(_request(payout, attempt))
    except CredentialsRefused as error:
        return _postpone(payout.id, attempt, error.code, at=at)
    except (GatewayRefused, NotOffered, PaymentDeclined) as error:
        if _is_operator_short(error):
            return _postpone(payout.id, attempt, OPERATOR_IS_SHORT, at=at)
        return _refuse(payout.id, _code_of(error), at=at)
    crash_point("after_payout")
    return _take_over(payout.id, snapshot, at=at)


def follow_payout(*, provider_id: str, reference: str, at: datetime) -> bool:
    """The provider has news of a payout: ask how it stands (journey); False if it is not ours."""
    payout = _found(provider_id, reference)
    if payout is None:
        return False
    account = active_account(payout.method)
    if account is None or payout.method not in GATEWAYS:
        return False
    asked = payout.provider_id or provider_id
    _take_over(payout.id, gateway_of(account).fetch_payout(asked), at=at)
    return True


def tend_payouts(*, at: datetime) -> int:
    """Send what was not sent, ask about what has no answer, and about what may have come back.

    (journey) One that fails holds up no other. Says how many were looked at.
    """
    methods = [*GATEWAYS, Kind.WALLET]
    open_ones = Payout.objects.filter(state__in=["due", "processing"], method__in=methods)
    recent = Payout.objects.filter(
        state="paid", method__in=GATEWAYS, paid_at__gt=at - _BOUNCES_WITHIN
    ).exclude(provider_id="")
    ids = [row.id for row in [*open_ones.order_by("created_at")[:_BATCH], *recent[:_BATCH]]]
    for payout_id in ids:
        try:
            _tend(payout_id, at=at)
        except DomainError:
            # Still unknown: the row says so, and the next round asks again.
            continue
    return len(ids)


@operation
def pay_into_wallet(*, payout_id: UUID, at: datetime) -> str:
    """A payout to the partner's own wallet arrives at once; returns its state.

    Raises PayoutUnknown.
    """
    payout = locked_payout(payout_id)
    if payout.method == Kind.WALLET and payout.state == "due":
        note_paid(payout, acting=SYSTEM, at=at)
    return payout.state


def _tend(payout_id: UUID, *, at: datetime) -> None:
    payout = Payout.objects.get(id=payout_id)
    if payout.state == "paid":
        follow_payout(provider_id=payout.provider_id, reference=str(payout.id), at=at)
    else:
        deliver_payout(payout_id=payout_id, at=at)


@operation
def _begin(payout_id: UUID, *, at: datetime) -> int:
    """Note that the provider is being asked; the attempt to ask under, 0 for not any more."""
    payout = locked_payout(payout_id)
    if payout.state == "due":
        values = {"sent_at": at, "failure_code": ""}
        record_move(payout, PAYOUT, "send", acting=SYSTEM, at=at, values=values)
        return payout.attempt
    is_remembered = payout.sent_at is not None and at - payout.sent_at < _KEY_REMEMBERED
    return payout.attempt if payout.state == "processing" and is_remembered else 0


@operation
def _postpone(payout_id: UUID, attempt: int, code: str, *, at: datetime) -> str:
    """The provider did nothing, for a reason that is the operator's: later, as a new attempt."""
    payout = locked_payout(payout_id)
    if payout.state == "processing" and payout.attempt == attempt:
        values = {"attempt": attempt + 1, "failure_code": code[:80]}
        record_move(payout, PAYOUT, "postpone", acting=SYSTEM, at=at, note=code, values=values)
    return payout.state


@operation
def _refuse(payout_id: UUID, code: str, *, at: datetime) -> str:
    """The provider will not pay this: the money is the partner's again."""
    payout = locked_payout(payout_id)
    if payout.state == "processing":
        note_failed(payout, code=code, acting=SYSTEM, at=at)
    return payout.state


@operation
def _take_over(payout_id: UUID, snapshot: PayoutSnapshot, *, at: datetime) -> str:
    """Take over what the provider says, forwards only: on its way, arrived, or come back."""
    payout = locked_payout(payout_id)
    if snapshot.payout_id and payout.provider_id != snapshot.payout_id:
        payout.provider_id = snapshot.payout_id
        payout.save(update_fields=["provider_id"])
    if payout.state == "due":
        record_move(payout, PAYOUT, "send", acting=SYSTEM, at=at, values={"sent_at": at})
    is_back = snapshot.state in {PayoutState.FAILED, PayoutState.REVERSED}
    if is_back and payout.state in {"processing", "paid"}:
        code = snapshot.failure_code or snapshot.state.value
        note_failed(payout, code=code, acting=SYSTEM, at=at)
    elif snapshot.state is PayoutState.PAID and payout.state == "processing":
        note_paid(payout, acting=SYSTEM, at=at)
    return payout.state


def _request(payout: Payout, attempt: int) -> SendPayout:
    details = details_of(payout.destination)
    destination = GatewayDestination(
        kind=_ADDRESSED.get(Kind(payout.method), DestinationKind.BANK_ACCOUNT),
        account=payout.destination.provider_account or details.email or details.number,
        bank_code=details.bank_code,
        name=details.name,
        country=details.country,
    )
    return SendPayout(
        destination=destination,
        amount=payout.amount,
        reference=str(payout.id),
        idempotency_key=f"{current_tenant().id}:payout:{payout.id}:{attempt}",
    )


def _found(provider_id: str, reference: str) -> Payout | None:
    if provider_id:
        found = Payout.objects.filter(provider_id=provider_id).first()
        if found is not None:
            return found
    try:
        return Payout.objects.filter(id=UUID(reference)).first()
    except ValueError:
        return None


def _is_operator_short(error: DomainError) -> bool:
    """Whether the operator's balance is too low (rule); Flutterwave says so in words only."""
    code = str(error.members.get("provider_code", "")).lower()
    return code in _SHORT or "insufficient funds" in str(error.detail).lower()


def _code_of(error: DomainError) -> str:
    return str(error.members.get("provider_code") or error.code)
