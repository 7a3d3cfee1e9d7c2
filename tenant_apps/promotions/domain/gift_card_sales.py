"""Gift cards that customers buy: an ordinary payment that credits the card instead of escrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from shared_apps.gateways.contract import PaymentLine
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.payments.domain import accounts, charges
from tenant_apps.payments.domain.charges import Charge, SplitWanted
from tenant_apps.payments.queries import PaymentView, payment_of_provider
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft, check_amount, write_card
from tenant_apps.promotions.lifecycle import GIFT_CARD_SALE
from tenant_apps.promotions.models import GiftCardSale
from tenant_apps.wallet.domain.sources import gift_card_of

KIND = "promotions.gift_card_sale"
PAGE_LASTS = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Purchase:
    """Who gives a gift card to whom; the recipient may be the buyer."""

    amount: Money
    buyer_email: str
    recipient_email: str
    buyer_id: UUID | None = None
    buyer_name: str = ""
    recipient_name: str = ""
    message: str = ""


def buy(*, purchase: Purchase, acting: Actor, at: datetime) -> PaymentView:
    """Open the gateway's page for a gift card (journey); the code goes out when it is paid.

    Raises BadGiftCard, NoGateway, PaymentNotStarted, OutcomeUnknown.
    """
    check_amount(purchase.amount)
    account_id = accounts.ensure_account(at=at)
    payment_id = _prepare(purchase=purchase, account_id=account_id, at=at)
    return charges.open_payment(payment_id=payment_id, acting=acting, at=at)


@operation
def _prepare(*, purchase: Purchase, account_id: UUID, at: datetime) -> UUID:
    """Write the sale and its payment, which credits the account of the card to be."""
    sale = GiftCardSale.objects.create(
        buyer_id=purchase.buyer_id,
        buyer_email=purchase.buyer_email,
        buyer_name=purchase.buyer_name,
        recipient_email=purchase.recipient_email,
        recipient_name=purchase.recipient_name,
        message=purchase.message,
        currency=purchase.amount.currency,
        amount_minor=purchase.amount.minor,
        created_at=at,
    )
    subject = Ref(KIND, str(sale.id))
    charge = Charge(
        subject=subject,
        splits=[SplitWanted(subject, None, purchase.amount, credit=gift_card_of(sale.id))],
        lines=[PaymentLine(name=_("Gift card"), amount=purchase.amount, quantity=1)],
        customer_email=purchase.buyer_email,
        expires_at=at + PAGE_LASTS,
        success_url=absolute_url("/gift-cards/return/?payment={PAYMENT_ID}"),
        cancel_url=absolute_url("/gift-cards/"),
        user_id=purchase.buyer_id,
    )
    return charges.prepare_payment(charge=charge, account_id=account_id, at=at)


def finish_sale(*, provider_id: str, at: datetime) -> PaymentView:
    """The buyer is back from the gateway's page: ask it (journey).

    The webhook may have been here first. Raises PaymentUnknown, OutcomeUnknown.
    """
    payment = payment_of_provider(provider_id)
    if payment.is_open:
        payment = charges.settle_payment(payment_id=payment.id, at=at)
    if payment.is_paid:
        _note(subject=payment.subject, at=at)
    return payment


@operation
def _note(*, subject: Ref, at: datetime) -> None:
    """What note_outcome does, for the browser that came back."""
    note_outcome(subject=subject, is_paid=True, at=at)


@step
def note_outcome(*, subject: Ref, is_paid: bool, at: datetime) -> None:
    """What became of the payment of a sale; payments for anything else are left alone.

    Paid: the card comes about under the sale's id and its code goes to the recipient, once.
    """
    if subject.kind != KIND:
        return
    sale = GiftCardSale.objects.select_for_update().get(id=UUID(subject.id))
    if not is_paid and sale.state == "started":
        record_move(sale, GIFT_CARD_SALE, "close", acting=SYSTEM, at=at)
    if not is_paid or sale.state == "paid":
        return
    record_move(sale, GIFT_CARD_SALE, "pay", acting=SYSTEM, at=at)
    draft = GiftCardDraft(
        amount=sale.amount,
        recipient_email=sale.recipient_email,
        recipient_name=sale.recipient_name,
        message=sale.message,
        note=sale.buyer_name or sale.buyer_email,
    )
    write_card(sale.id, draft, origin="sold", acting=SYSTEM, at=at)
