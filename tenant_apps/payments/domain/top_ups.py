"""Paying money into a wallet: an ordinary payment that credits the wallet instead of escrow."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from shared_apps.gateways.contract import PaymentLine
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.payments.domain import accounts, charges
from tenant_apps.payments.domain.charges import Charge, SplitWanted
from tenant_apps.payments.queries import PaymentView, payment_of_provider
from tenant_apps.wallet.domain import top_ups
from tenant_apps.wallet.domain.sources import wallet_of

PAGE_LASTS = timedelta(minutes=45)


def top_up(*, user_id: UUID, email: str, amount: Money, acting: Actor, at: datetime) -> PaymentView:
    """Open the gateway's page for a top-up (journey); the wallet is credited when it is paid.

    Raises BadTopUp, NoGateway, PaymentNotStarted, OutcomeUnknown.
    """
    account_id = accounts.ensure_account(at=at)
    payment_id = _prepare(user_id=user_id, email=email, amount=amount, account_id=account_id, at=at)
    return charges.open_payment(payment_id=payment_id, acting=acting, at=at)


@operation
def _prepare(*, user_id: UUID, email: str, amount: Money, account_id: UUID, at: datetime) -> UUID:
    """Write the top-up and its payment."""
    subject = top_ups.ref_of(top_ups.start_top_up(user_id=user_id, amount=amount, at=at))
    charge = Charge(
        subject=subject,
        splits=[SplitWanted(subject, None, amount, credit=wallet_of(user_id))],
        lines=[PaymentLine(name=_("Wallet top-up"), amount=amount, quantity=1)],
        customer_email=email,
        expires_at=at + PAGE_LASTS,
        success_url=absolute_url("/account/wallet/return/?payment={PAYMENT_ID}"),
        cancel_url=absolute_url("/account/wallet/"),
        user_id=user_id,
    )
    return charges.prepare_payment(charge=charge, account_id=account_id, at=at)


def finish_top_up(*, provider_id: str, at: datetime) -> PaymentView:
    """The customer is back from the gateway's page: ask it (journey).

    The webhook may have been here first. Raises PaymentUnknown, OutcomeUnknown.
    """
    payment = payment_of_provider(provider_id)
    if payment.is_open:
        payment = charges.settle_payment(payment_id=payment.id, at=at)
    if payment.is_paid:
        _note(subject=payment.subject, is_paid=True, at=at)
    return payment


@operation
def _note(*, subject: Ref, is_paid: bool, at: datetime) -> None:
    """What note_outcome does, for the browser that came back."""
    note_outcome(subject=subject, is_paid=is_paid, at=at)


@step
def note_outcome(*, subject: Ref, is_paid: bool, at: datetime) -> None:
    """Tell the wallet what became of its top-up; payments for anything else are left alone."""
    if subject.kind != top_ups.KIND:
        return
    note = top_ups.note_paid if is_paid else top_ups.note_closed
    note(top_up_id=UUID(subject.id), at=at)
