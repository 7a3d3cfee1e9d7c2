"""A payment from its row to the page where the customer pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.gateways.contract import (
    ChargeSaved,
    PaymentLine,
    PaymentSnapshot,
    StartPayment,
)
from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused, PaymentDeclined
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import Conflict, PaymentRequired, invariant
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money, total
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.payments.domain import captures
from tenant_apps.payments.domain.accounts import gateway_at, kind_of
from tenant_apps.payments.domain.authorisations import finish_authorised
from tenant_apps.payments.domain.captures import locked, take_over
from tenant_apps.payments.domain.methods import (
    captures_when_placed,
    own_account_number,
    time_to_pay,
)
from tenant_apps.payments.domain.saving import customer_at
from tenant_apps.payments.lifecycle import PAYMENT
from tenant_apps.payments.models import OFFLINE, STORED, Payment, PaymentSplit
from tenant_apps.payments.queries import PaymentView, view_of
from tenant_apps.wallet.domain import holds

# Ends the reference of a charge of a saved card: a page for the same payment has its own.
SAVED_MARK = "-saved"
NOTHING_HAPPENED = (GatewayRefused, CredentialsRefused, PaymentDeclined)


class PaymentNotStarted(PaymentRequired):
    code, title = "payment_not_started", "The payment provider did not accept this payment"


class PaymentClosedAlready(Conflict):
    code, title = "payment_closed", "This payment is over; start again from the cart"


@dataclass(frozen=True, slots=True)
class SplitWanted:
    """The part of a payment that is for one partner, or for nobody but the operator.

    `subject` is what of theirs is paid; `credit` the account that the money goes to.
    """

    subject: Ref
    partner_id: UUID | None
    amount: Money
    credit: str = "escrow"


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid, by whom and how, until when, and where the customer goes afterwards.

    `method` is a gateway's kind (empty: that of the account), an offline method, or stored value
    with its ledger account in `source`. In `success_url` the word `{PAYMENT_ID}` becomes the
    provider's id of the payment.
    """

    subject: Ref
    splits: Sequence[SplitWanted]
    lines: Sequence[PaymentLine]
    customer_email: str
    expires_at: datetime
    success_url: str
    cancel_url: str
    method: str = ""
    source: str = ""
    user_id: UUID | None = None
    saves_method: bool = False
    saved_method_id: UUID | None = None


@step
def prepare_payment(*, charge: Charge, account_id: UUID | None = None, at: datetime) -> UUID:
    """Write the payment and its splits; the provider knows nothing yet. Returns its id.

    Stored value is set aside here and now (the payment is then authorised); an offline method gets
    the time the operator gives it, a virtual account a number of its own. A second live payment of
    the same method for the same subject is refused by the database. Raises InsufficientFunds,
    NoAccountNumber.
    """
    currency = charge.splits[0].amount.currency
    amount = total([split.amount for split in charge.splits], currency)
    invariant(amount.minor > 0, "a payment moves an amount above zero")
    payment_id = uuid7()
    method = charge.method or kind_of(account_id)
    is_offline = method in OFFLINE
    payment = Payment.objects.create(
        id=payment_id,
        reference=public_id("pay", payment_id),
        subject=str(charge.subject),
        method=method,
        account_id=None if is_offline or method in STORED else account_id,
        source=charge.source if method in STORED else "",
        user_id=charge.user_id,
        currency=currency,
        amount_minor=amount.minor,
        lines=[[line.name, line.amount.minor, line.quantity] for line in charge.lines],
        customer_email=charge.customer_email,
        success_url=charge.success_url,
        cancel_url=charge.cancel_url,
        captures_when_placed=captures_when_placed(method),
        saves_method=charge.saves_method and charge.user_id is not None,
        saved_method_id=charge.saved_method_id,
        pay_to=own_account_number() if method == "virtual_account" else "",
        created_at=at,
        expires_at=at + time_to_pay(method) if is_offline else charge.expires_at,
    )
    PaymentSplit.objects.bulk_create(
        PaymentSplit(
            payment_id=payment_id,
            subject=str(split.subject),
            partner_id=split.partner_id,
            amount_minor=split.amount.minor,
            credit=split.credit,
        )
        for split in charge.splits
    )
    if method in STORED:
        _set_aside(payment, at=at)
    return payment_id


def _set_aside(payment: Payment, *, at: datetime) -> None:
    hold_id = holds.hold(
        source=payment.source,
        amount=payment.amount,
        key=f"payment:{payment.id}",
        subject=Ref.parse(payment.subject),
        at=at,
    )
    told = {"hold_id": hold_id, "authorised_minor": payment.amount_minor}
    record_move(payment, PAYMENT, "authorise", acting=SYSTEM, at=at, values=told)


def open_payment(*, payment_id: UUID, acting: Actor, at: datetime) -> PaymentView:
    """Have the provider open its page for the payment (journey); a repeat opens the same page.

    Asks with a key made from the payment, then stores where to send the customer. A saved card is
    charged at once; if its bank wants to see its owner, or refuses it, the page opens instead. An
    offline payment is opened without asking anybody: the customer is shown how to pay. Raises
    PaymentNotStarted when the provider refuses (the payment is then failed), GatewayBusy and
    OutcomeUnknown when it may work later, PaymentClosedAlready when it is over.
    """
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if payment.state == "created" and payment.account is None:
        payment = _open_offline(payment.id, acting=acting, at=at)
    elif payment.state == "created" and payment.saved_method_id is not None:
        payment = _charge_saved(payment, acting=acting, at=at)
    elif payment.state == "created":
        payment = _open_at_gateway(payment, acting=acting, at=at)
    if payment.state not in {"pending", "authorised", "captured"}:
        raise PaymentClosedAlready
    return view_of(payment)


def _charge_saved(payment: Payment, *, acting: Actor, at: datetime) -> Payment:
    """Charge the saved card while its owner watches our page; the provider's page if it must be."""
    method = payment.saved_method
    if method is None:
        return _open_at_gateway(payment, acting=acting, at=at)
    wanted = ChargeSaved(
        token=method.token,
        customer=method.customer,
        amount=payment.amount,
        reference=f"{payment.reference}{SAVED_MARK}",
        idempotency_key=f"{current_tenant().id}:charge:{payment.id}:{payment.attempt}",
    )
    try:
        snapshot = gateway_at(payment).charge_saved(wanted)
    except NOTHING_HAPPENED:
        return _open_at_gateway(_prefer_page(payment.id), acting=acting, at=at)
    crash_point("after_charge_saved")
    _store_start(payment.id, snapshot.provider_id, "", acting=acting, at=at)
    _taken_over(payment.id, snapshot, at=at)
    return Payment.objects.select_related("account").get(id=payment.id)


def _open_at_gateway(payment: Payment, *, acting: Actor, at: datetime) -> Payment:
    try:
        started = gateway_at(payment).start_payment(_start_of(payment))
    except NOTHING_HAPPENED as error:
        captures.fail_payment(payment.id, code=error.code, at=at)
        raise PaymentNotStarted(error.detail, reason=error.code) from error
    crash_point("after_gateway_start")
    return _store_start(payment.id, started.provider_id, started.redirect_url, acting=acting, at=at)


def settle_payment(*, payment_id: UUID, at: datetime) -> PaymentView:
    """Ask the provider how the payment stands and take that over (journey).

    Webhook, browser and job call this alike, in any order and any number. A card that was only
    authorised is captured here, if what it pays for can be had, else let go. Raises AmountDiffers,
    OutcomeUnknown.
    """
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if payment.account is None or payment.provider_id is None:
        return view_of(payment)
    snapshot = gateway_at(payment).fetch_payment(payment.provider_id)
    return _taken_over(payment.id, snapshot, at=at)


def _taken_over(payment_id: UUID, snapshot: PaymentSnapshot, *, at: datetime) -> PaymentView:
    view = take_over(payment_id, snapshot, at=at)
    if view.state == "authorised":
        return finish_authorised(payment_id=payment_id, at=at)
    return view


def close_payment(*, payment_id: UUID, at: datetime) -> PaymentView:
    """Close a page that nobody has paid (journey); if somebody has, the payment is captured.

    An offline payment is given up, stored value set aside for it given back.
    """
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if payment.state not in {"created", "pending", "authorised"}:
        return view_of(payment)
    if payment.account is None or payment.provider_id is None:
        # Nobody was ever told the address of a page, so nobody can have paid there.
        return captures.give_up(payment.id, at=at)
    gateway = gateway_at(payment)
    if payment.state == "authorised":
        return _taken_over(payment.id, gateway.fetch_payment(payment.provider_id), at=at)
    return _taken_over(payment.id, gateway.expire_payment(payment.provider_id), at=at)


def _start_of(payment: Payment) -> StartPayment:
    lines = [
        PaymentLine(name=name, amount=Money(minor, payment.currency), quantity=quantity)
        for name, minor, quantity in payment.lines
    ]
    return StartPayment(
        reference=payment.reference,
        amount=payment.amount,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        idempotency_key=f"{current_tenant().id}:start:{payment.id}:{payment.attempt}",
        lines=lines,
        customer_email=payment.customer_email,
        expires_at=payment.expires_at,
        is_manual_capture=payment.captures_when_placed,
        save_for=_save_for(payment),
        customer_reference=str(payment.user_id or ""),
    )


def _save_for(payment: Payment) -> str:
    if not payment.saves_method or payment.account is None or payment.user_id is None:
        return ""
    return customer_at(payment.account, user_id=payment.user_id, email=payment.customer_email)


@operation
def _store_start(
    payment_id: UUID, provider_id: str, redirect_url: str, *, acting: Actor, at: datetime
) -> Payment:
    """Remember the provider's page; whoever was faster stored the same one."""
    payment = locked(payment_id)
    if payment.state == "created":
        told = {"provider_id": provider_id, "redirect_url": redirect_url}
        record_move(payment, PAYMENT, "open", acting=acting, at=at, values=told)
    return payment


@operation
def _prefer_page(payment_id: UUID) -> Payment:
    """The saved card did not do; nothing was charged, so the next request is another one."""
    payment = locked(payment_id)
    if payment.state == "created" and payment.saved_method_id is not None:
        payment.saved_method, payment.attempt = None, payment.attempt + 1
        payment.save(update_fields=["saved_method", "attempt"])
    return payment


@operation
def _open_offline(payment_id: UUID, *, acting: Actor, at: datetime) -> Payment:
    """From now on the money may come; nobody outside has to be asked."""
    payment = locked(payment_id)
    if payment.state == "created":
        record_move(payment, PAYMENT, "open", acting=acting, at=at)
    return payment
