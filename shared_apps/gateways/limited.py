"""What a provider answers that cannot do something: a base for adapters that lack some calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NoReturn

from shared_apps.gateways.contract import (
    AccountSnapshot,
    CapturePayment,
    ChargeSaved,
    CreateAccount,
    DisputeEvidence,
    DisputeSnapshot,
    OnboardingLink,
    PaymentSnapshot,
    PayoutSnapshot,
    ReverseTransfer,
    SavedMethod,
    SendPayout,
    SendTransfer,
    SentTransfer,
)
from shared_apps.gateways.errors import NotOffered
from shared_apps.gateways.statement import BalanceMovement
from shared_apps.kernel.pages import Page


class LimitedGateway:
    """Refuses every call that not every provider has; an adapter overrides those its provider does have."""

    kind: ClassVar[str]

    def _lacks(self, what: str) -> NoReturn:
        raise NotOffered(f"{self.kind} does not offer {what}", provider=self.kind)

    def capture(self, capture: CapturePayment) -> PaymentSnapshot:
        self._lacks("capturing later")

    def cancel_authorisation(self, provider_id: str, *, idempotency_key: str) -> PaymentSnapshot:
        self._lacks("capturing later")

    def open_customer(self, *, reference: str, email: str, idempotency_key: str) -> str:
        self._lacks("saved means of payment")

    def saved_methods(self, customer: str) -> Sequence[SavedMethod]:
        self._lacks("saved means of payment")

    def forget_method(self, token: str) -> None:
        self._lacks("saved means of payment")

    def charge_saved(self, charge: ChargeSaved) -> PaymentSnapshot:
        self._lacks("saved means of payment")

    def create_account(self, account: CreateAccount) -> AccountSnapshot:
        self._lacks("connected accounts")

    def fetch_account(self, account_id: str) -> AccountSnapshot:
        self._lacks("connected accounts")

    def onboarding_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> OnboardingLink:
        self._lacks("connected accounts")

    def transfer(self, transfer: SendTransfer) -> SentTransfer:
        self._lacks("connected accounts")

    def reverse_transfer(self, reversal: ReverseTransfer) -> SentTransfer:
        self._lacks("connected accounts")

    def send_payout(self, payout: SendPayout) -> PayoutSnapshot:
        self._lacks("payouts")

    def fetch_payout(self, payout_id: str) -> PayoutSnapshot:
        self._lacks("payouts")

    def fetch_dispute(self, dispute_id: str) -> DisputeSnapshot:
        self._lacks("disputes by its API")

    def submit_evidence(self, evidence: DisputeEvidence) -> DisputeSnapshot:
        self._lacks("disputes by its API")

    def accept_dispute(self, dispute_id: str, *, idempotency_key: str) -> DisputeSnapshot:
        self._lacks("disputes by its API")

    def balance_movements(self, *, since: datetime, cursor: str = "") -> Page[BalanceMovement]:
        self._lacks("a statement of its balance")
