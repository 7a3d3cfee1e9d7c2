"""The operator's payment pages and the customer's saved cards, by HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.outbox.models import ReceivedWebhook
from tenant_apps.payments import queries
from tenant_apps.payments.domain import charges
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.models import (
    Dispute,
    GatewayAccount,
    MethodTerms,
    Payment,
    Refund,
    SavedMethod,
)
from tests.factories import shop
from tests.tenant_apps.payments.till import (
    assert_books_hold,
    charge_of,
    message,
    open_page,
    pay_at_gateway,
    prepare,
    refund,
    tell_us,
    work_off,
)

pytestmark = pytest.mark.django_db
PLACE = "/manage/payments/"


class Browser:
    """Somebody signed in on a tenant's host."""

    def __init__(self, tenant, user):
        self.web = Client(HTTP_HOST=tenant.host)
        with bound(tenant):
            self.web.force_login(user)

    def get(self, path):
        with bound(None):
            return self.web.get(path)

    def post(self, path, **fields):
        with bound(None):
            return self.web.post(path, fields)

    def reads(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()


@pytest.fixture
def ada(in_alpha):
    return Browser(in_alpha, shop.make_user("ada@alpha.example", roles=("operator",)))


def test_every_page_answers_empty(ada):
    for path in ("", "received/", "refunds/", "disputes/", "messages/", "reconciliation/"):
        assert "Ways to pay" in ada.reads(f"{PLACE}{path}")
    for kind in ("stripe", "paypal", "paystack", "flutterwave"):
        assert "Check and connect" in ada.reads(f"{PLACE}accounts/{kind}/")
    for method in ("bank_transfer", "virtual_account", "cash"):
        assert "What customers see" in ada.reads(f"{PLACE}methods/{method}/")
    assert ada.get(f"{PLACE}accounts/venmo/").status_code == 404
    assert ada.get(f"{PLACE}methods/barter/").status_code == 404


def test_test_account_verified_renewed_retired(sandbox, ada):
    assert ada.post(f"{PLACE}accounts/stripe/sandbox/").status_code == 302
    account = GatewayAccount.objects.get()
    page = ada.reads(f"{PLACE}accounts/stripe/")
    assert account.key_hint in page
    assert "Test" in page

    for change in ("verification", "webhook-secret", "retirement"):
        assert ada.post(f"{PLACE}accounts/{account.id}/{change}/").status_code == 302
    assert ada.post(f"{PLACE}accounts/{account.id}/verification/").status_code == 404

    account.refresh_from_db()
    assert (account.state, account.webhook_rounds) == ("retired", 2)
    assert "Retired accounts" in ada.reads(PLACE)


def test_wrong_keys_are_told_at_their_field(ada):
    answer = ada.post(f"{PLACE}accounts/stripe/", secret_key="hello")

    assert answer.status_code == 422
    assert "It starts with sk_test_" in answer.content.decode()
    assert ada.post(f"{PLACE}accounts/paypal/", secret_key="E1").status_code == 422
    assert GatewayAccount.objects.count() == 0


def test_terms_of_a_gateway(sandbox, ada):
    said = {"is_on": "on", "captures_when_placed": "on", "countries": "ie, nl", "position": "3"}

    assert ada.post(f"{PLACE}accounts/stripe/terms/", **said).status_code == 302
    assert ada.post(f"{PLACE}accounts/stripe/terms/", position="x").status_code == 422

    row = MethodTerms.objects.get(method="stripe")
    assert (row.countries, row.captures_when_placed, row.position) == (["IE", "NL"], True, 3)


def test_virtual_account_needs_numbers(ada):
    said = {"is_on": "on", "instructions": "Pay here", "days_to_pay": "3", "position": "9"}
    path = f"{PLACE}methods/virtual_account/"

    assert ada.post(path, **said).status_code == 422
    assert ada.post(path, **said, account_numbers="NL01 1\nNL02 2\n").status_code == 302

    assert MethodTerms.objects.get().account_numbers == ["NL01 1", "NL02 2"]
    assert "Offered" in ada.reads(PLACE)


def test_transfer_from_the_list_to_received(till, ada):
    payment_id = prepare(charge_of(till, "20.00", "30.00", method="bank_transfer"))
    opened = charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    assert opened.public_id in ada.reads(f"{PLACE}received/?q={opened.reference}")
    path = f"{PLACE}received/{opened.public_id}/"
    assert "Has the money arrived?" in ada.reads(path)

    assert ada.post(f"{path}receipt/", amount="49.99").status_code == 422
    assert ada.post(f"{path}receipt/", amount="50,00").status_code == 302

    page = ada.reads(path)
    assert "Has the money arrived?" not in page
    assert "Potter" in page
    assert Payment.objects.get().state == "captured"
    refund(till.bowl, "20.00")
    assert "I have sent it" in ada.reads(f"{PLACE}refunds/?state=by_hand")
    row = Refund.objects.get()
    assert ada.post(f"{PLACE}refunds/{row.public_id}/payment/").status_code == 302
    assert ada.post(f"{PLACE}refunds/{row.public_id}/payment/").status_code == 409
    assert_books_hold()


def test_failed_refund_is_tried_again(till, customer, ada):
    pay_at_gateway(till, customer)
    refund(till.bowl, "20.00")
    work_off()
    row = Refund.objects.get()
    customer.lever("stripe/fail_refund", refund=row.provider_id)
    from tenant_apps.payments.domain.refunds import refresh_refund

    refresh_refund(refund_id=row.id, at=now())
    assert "Try again" in ada.reads(f"{PLACE}refunds/?state=failed")

    assert ada.post(f"{PLACE}refunds/{row.public_id}/repetition/").status_code == 302

    assert Refund.objects.count() == 2


def test_dispute_from_draft_to_bank(till, customer, ada):
    payment = pay_at_gateway(till, customer)
    told = customer.lever("stripe/dispute", payment=payment.provider_id)
    follow_dispute(account_id=payment.account_id, provider_id=told["id"], at=now())
    dispute = Dispute.objects.get()
    path = f"{PLACE}disputes/{dispute.public_id}/"
    assert told["id"] in ada.reads(f"{PLACE}disputes/?state=open")
    assert "Answer by" in ada.reads(path)

    assert ada.post(f"{path}evidence/", evidence="So", action="draft").status_code == 302
    assert ada.post(f"{path}evidence/", evidence="", action="send").status_code == 422
    assert ada.post(f"{path}evidence/", evidence="So it was", action="send").status_code == 302

    page = ada.reads(path)
    assert "So it was" in page
    assert "Send to the bank" not in page


def test_reconciliation_page(till, customer, ada):
    pay_at_gateway(till, customer)
    assert "Not compared yet" in ada.reads(f"{PLACE}reconciliation/")

    assert ada.post(f"{PLACE}reconciliation/").status_code == 302

    assert "Everything agrees" in ada.reads(f"{PLACE}reconciliation/")


def test_failed_message_is_replayed(till, customer, ada):
    payment = pay_at_gateway(till, customer)
    tell_us(payment.account, message("payment_intent.succeeded", "payment_intent", "pi_alien"))
    work_off()
    row = ReceivedWebhook.objects.get()
    assert "Look again" in ada.reads(f"{PLACE}messages/?state=ignored")

    assert ada.post(f"{PLACE}messages/{row.id}/replay/").status_code == 302

    row.refresh_from_db()
    assert row.state == "new"


def test_saved_cards_of_the_customer(till, customer, in_alpha):
    user = shop.make_user("cy@customer.example")
    opened = open_page(till, user_id=user.id, saves_method=True)
    customer.pay(opened.redirect_url)
    charges.settle_payment(payment_id=opened.id, at=now())
    card = SavedMethod.objects.get()
    browser = Browser(in_alpha, user)

    assert "···· 4242" in browser.reads("/account/cards/")
    assert browser.post(f"/account/cards/{card.public_id}/default/").status_code == 302
    assert browser.post(f"/account/cards/{card.public_id}/nonsense/").status_code == 404
    assert browser.post(f"/account/cards/{card.public_id}/removal/").status_code == 302

    assert "No cards yet" in browser.reads("/account/cards/")


class TestAvailableMethods:
    """What the checkout may offer."""

    def offered(self, till, **changes):
        from tests.tenant_apps.payments.till import eur

        wanted = {"currency": "EUR", "country": "IE", "amount": eur("10.00"), **changes}
        return [view.method for view in queries.available_methods(**wanted)]

    def terms(self, method, **changes):
        from tenant_apps.payments.domain.methods import TermsWanted, set_terms

        wanted = TermsWanted(**{"is_on": True, "instructions": "So", **changes})
        set_terms(method=method, wanted=wanted, acting=SYSTEM, at=now())

    def test_account_and_switched_on_methods(self, till, customer):
        open_page(till)
        assert self.offered(till) == ["stripe"]
        self.terms("cash", position=0)
        self.terms("bank_transfer", position=9, countries=("NL",))

        assert self.offered(till) == ["cash", "stripe"]
        assert self.offered(till, country="nl") == ["cash", "stripe", "bank_transfer"]

    def test_gateway_paused_and_currency_not_settled(self, till, customer):
        open_page(till)
        account = GatewayAccount.objects.get()
        GatewayAccount.objects.create(
            kind="paystack",
            secret_key=account.secret_key,
            is_test=True,
            endpoint_token="other",
            state="active",
            created_at=now(),
        )

        assert self.offered(till) == ["stripe"]
        assert self.offered(till, currency="NGN") == ["stripe", "paystack"]
        self.terms("stripe", is_on=False)
        assert self.offered(till) == []

    def test_live_account_hides_test_ones(self, till, customer):
        open_page(till)
        account = GatewayAccount.objects.get()
        GatewayAccount.objects.create(
            kind="paypal",
            secret_key=account.secret_key,
            is_test=False,
            endpoint_token="other",
            state="active",
            created_at=now(),
        )

        assert self.offered(till) == ["paypal"]

    def test_wallet_with_something_in_it_comes_first(self, till, customer):
        from tests.tenant_apps.payments.till import eur, give_money

        open_page(till)
        user = shop.make_user("cy@customer.example")
        assert self.offered(till, user_id=user.id) == ["stripe"]
        give_money(user.id, eur("3.00"))

        first, *_rest = queries.available_methods(
            currency="EUR", country="IE", amount=eur("10.00"), user_id=user.id
        )

        assert (first.method, first.balance) == ("wallet", eur("3.00"))
