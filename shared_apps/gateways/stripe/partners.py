"""Partners: connected accounts, their onboarding, the shares sent to them, and their banks' payouts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from shared_apps.gateways.contract import (
    AccountSnapshot,
    CreateAccount,
    DestinationKind,
    OnboardingLink,
    PayoutSnapshot,
    ReverseTransfer,
    SendPayout,
    SendTransfer,
    SentTransfer,
)
from shared_apps.gateways.errors import NotOffered
from shared_apps.gateways.stripe.amounts import to_wire
from shared_apps.gateways.stripe.connection import StripeConnection
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.snapshots import (
    account_snapshot,
    bank_payout_snapshot,
    payout_snapshot,
    sent_transfer,
)
from shared_apps.gateways.stripe.webhooks import BELONGING, REFERENCE

if TYPE_CHECKING:
    from stripe.params import AccountCreateParams, TransferCreateParams

TRANSFER_PREFIX = "tr_"


class StripePartners(StripeConnection):
    """A payout of ours is a transfer to a connected account; from there Stripe pays the partner's bank.

    A payout id that starts with `tr_` is such a transfer. `<account>/<payout>` is a bank payout of a
    connected account, as the webhooks about it name it, and a bare payout id one of the operator's own.
    """

    def create_account(self, account: CreateAccount) -> AccountSnapshot:
        params: AccountCreateParams = {
            "country": account.country,
            "email": account.email,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {REFERENCE: account.reference},
        }
        with stripe_errors():
            made = self._api.accounts.create(params, {"idempotency_key": account.idempotency_key})
        return account_snapshot(made)

    def fetch_account(self, account_id: str) -> AccountSnapshot:
        with stripe_errors():
            return account_snapshot(self._api.accounts.retrieve(account_id))

    def onboarding_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> OnboardingLink:
        with stripe_errors():
            link = self._api.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                    "collection_options": {"fields": "eventually_due"},
                }
            )
        return OnboardingLink(url=link.url, expires_at=datetime.fromtimestamp(link.expires_at, UTC))

    def transfer(self, transfer: SendTransfer) -> SentTransfer:
        return sent_transfer(self._sent(transfer))

    def _sent(self, transfer: SendTransfer) -> stripe.Transfer:
        params: TransferCreateParams = {
            "amount": to_wire(transfer.amount),
            "currency": transfer.amount.currency.lower(),
            "destination": transfer.account_id,
            "transfer_group": transfer.group,
            "metadata": {REFERENCE: transfer.reference},
        }
        if transfer.charge_id:
            params["source_transaction"] = transfer.charge_id
        with stripe_errors():
            return self._api.transfers.create(params, {"idempotency_key": transfer.idempotency_key})

    def reverse_transfer(self, reversal: ReverseTransfer) -> SentTransfer:
        with stripe_errors():
            self._api.transfers.reversals.create(
                reversal.transfer_id,
                {"amount": to_wire(reversal.amount), "metadata": {REFERENCE: reversal.reference}},
                {"idempotency_key": reversal.idempotency_key},
            )
            return sent_transfer(self._api.transfers.retrieve(reversal.transfer_id))

    def send_payout(self, payout: SendPayout) -> PayoutSnapshot:
        if payout.destination.kind != DestinationKind.CONNECTED_ACCOUNT:
            raise NotOffered("Stripe pays partners at their connected accounts", provider="stripe")
        transfer = SendTransfer(
            account_id=payout.destination.account,
            amount=payout.amount,
            charge_id=payout.source_charge,
            group=payout.reference,
            reference=payout.reference,
            idempotency_key=payout.idempotency_key,
        )
        return payout_snapshot(self._sent(transfer))

    def fetch_payout(self, payout_id: str) -> PayoutSnapshot:
        account, _, bank_payout = payout_id.rpartition(BELONGING)
        with stripe_errors():
            if payout_id.startswith(TRANSFER_PREFIX):
                return payout_snapshot(self._api.transfers.retrieve(payout_id))
            found = self._api.payouts.retrieve(
                bank_payout, {}, {"stripe_account": account} if account else {}
            )
        return bank_payout_snapshot(found, account=account)
