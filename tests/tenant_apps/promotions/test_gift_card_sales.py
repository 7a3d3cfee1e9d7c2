"""Gift cards that customers buy: paid at the gateway, worth exactly that, sent once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail

from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.clock import now
from shared_apps.ledger.queries import balance_of
from shared_apps.mailer.models import Message
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.payments.domain import accounts, charges
from tenant_apps.payments.models import Payment
from tenant_apps.promotions.domain import gift_cards
from tenant_apps.promotions.models import GiftCard, GiftCardSale
from tenant_apps.wallet.queries import wallet_of
from tests.factories.shop import make_user
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.ordering.test_api import Program
from tests.tenant_apps.ordering.test_pages import Browser
from tests.tenant_apps.promotions.conftest import ADA, eur
from tests.tenant_apps.wallet.conftest import all_at_once, assert_books_hold
from tests.world import NOW

pytestmark = pytest.mark.django_db

FORM = {
    "amount": "40.00",
    "recipient_email": "di@customers.example",
    "recipient_name": "Di",
    "message": "Happy birthday",
    "buyer_name": "Cy",
    "buyer_email": "cy@customers.example",
}


@pytest.fixture
def sandbox(tmp_path: Path, settings: Any, in_alpha: Any) -> Iterator[Sandbox]:
    running = Sandbox(providers=[StripeFake()], path=str(tmp_path / "sandbox.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    accounts.open_sandbox_account(at=now())
    yield running
    running.stop()


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    return Customer(sandbox.url)


def deliver_all():
    while True:
        done = deliver_pending(at=now())
        assert done.failed == 0
        if not done.delivered:
            return


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def code_in(letter):
    return next(word for word in letter.body.split() if word.count("-") == 3 and len(word) == 19)


def test_bought_card_is_sent_to_the_recipient(customer, in_alpha):
    browser = Browser(in_alpha)

    answer = browser.post("/gift-cards/", **FORM)
    assert answer.status_code == 303
    assert not GiftCard.objects.exists()
    page = browser.get(path_of(customer.pay(answer["Location"])))
    deliver_all()

    assert b"on its way" in page.content
    (sent,) = [each for each in mail.outbox if each.to == ["di@customers.example"]]
    card = gift_cards.find(code_in(sent))
    assert card.balance == eur("40.00")
    assert "Happy birthday" in sent.body
    assert not Message.objects.filter(text__contains=code_in(sent)).exists()
    assert GiftCardSale.objects.get().id == card.id
    assert balance_of("promotion_cost", "EUR") == eur("0.00")
    assert balance_of("escrow", "EUR") == eur("0.00")
    assert_books_hold()


def test_webhook_and_browser_make_one_card(customer, in_alpha):
    browser = Browser(in_alpha)
    back = customer.pay(browser.post("/gift-cards/", **FORM)["Location"])

    charges.settle_payment(payment_id=Payment.objects.get().id, at=now())
    deliver_all()
    for _ in range(2):
        browser.get(path_of(back))
    deliver_all()

    assert (
        GiftCard.objects.count() == Message.objects.filter(to=FORM["recipient_email"]).count() == 1
    )
    assert_books_hold()


def test_unpaid_card_never_comes_about(customer, in_alpha):
    Browser(in_alpha).post("/gift-cards/", **FORM)

    charges.close_payment(payment_id=Payment.objects.get().id, at=now())
    deliver_all()

    assert GiftCardSale.objects.get().state == "closed"
    assert not GiftCard.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"amount": "4.99"}, {"amount": "1.005"}, {"recipient_email": "di"}, {"amount": ""}]
)
def test_refusals_are_told(customer, in_alpha, wrong):
    answer = Browser(in_alpha).post("/gift-cards/", **{**FORM, **wrong})

    assert answer.status_code == 422
    assert b'class="error"' in answer.content or b'role="alert"' in answer.content
    assert not GiftCardSale.objects.exists()


def test_balance_page(in_alpha, beta):
    card = gift_cards.issue(draft=gift_cards.GiftCardDraft(eur("50.00")), acting=ADA, at=NOW)

    found = Browser(in_alpha).post("/gift-cards/balance/", code=card.code.lower())
    wrong = Browser(in_alpha).post("/gift-cards/balance/", code="2222")
    abroad = Browser(beta).post("/gift-cards/balance/", code=card.code)

    assert "€50.00" in found.content.decode()
    assert (wrong.status_code, abroad.status_code) == (422, 422)
    assert "€50.00" not in abroad.content.decode()


def test_card_into_the_wallet(in_alpha):
    cy = make_user("cy@customers.example")
    card = gift_cards.issue(draft=gift_cards.GiftCardDraft(eur("50.00")), acting=ADA, at=NOW)
    browser = Browser(in_alpha, cy)

    browser.post("/account/wallet/gift-card/", code=card.code)
    again = browser.post("/account/wallet/gift-card/", code=card.code)

    assert again["Location"] == "/account/wallet/"
    assert wallet_of(cy.id, "EUR").available == eur("50.00")
    assert gift_cards.find(card.code).balance == eur("0.00")
    assert_books_hold()


@pytest.mark.django_db(transaction=True)
def test_card_redeemed_by_many_at_once(in_alpha):
    card = gift_cards.issue(draft=gift_cards.GiftCardDraft(eur("50.00")), acting=ADA, at=NOW)
    people = [make_user(f"c{n}@customers.example") for n in range(10)]

    all_at_once(
        in_alpha,
        [
            lambda person=person: gift_cards.redeem(
                code=card.code, user_id=person.id, acting=ADA, at=NOW
            )
            for person in people
        ],
    )

    got = [wallet_of(person.id, "EUR").available for person in people]
    assert sorted(got) == [eur("0.00")] * 9 + [eur("50.00")]
    assert_books_hold()


def test_gift_cards_by_api(customer, in_alpha):
    ada = make_user("ada@alpha.example", roles=("operator",))
    cy = make_user("cy@customers.example", roles=("customer",))
    operator, person = Program(in_alpha, ada), Program(in_alpha, cy)
    wish = {"amount": {"amount": "15.00"}}

    person.call("POST", "/gift-cards", wish, key="k", expect=403)
    person.call("GET", "/gift-cards", expect=403)
    made = operator.call("POST", "/gift-cards", wish, key="k", expect=201)
    assert operator.call("POST", "/gift-cards", wish, key="k", expect=201) == made
    seen = Program(in_alpha).call("POST", "/gift-cards/balance", {"code": made["code"]})
    person.call("POST", "/gift-cards/redemptions", {"code": made["code"]}, key="r", expect=201)

    assert seen["balance"] == {"amount": "15.00", "currency": "EUR"}
    (row,) = operator.call("GET", "/gift-cards")["data"]
    assert (row["id"], row["balance"]["amount"]) == (made["id"], "0.00")
    assert made["code"] not in str(row)
    purchase = {**FORM, "amount": {"amount": "40.00"}}
    opened = Program(in_alpha).call("POST", "/gift-cards/purchases", purchase, key="p", expect=201)
    customer.pay(opened["redirect_url"])
    charges.settle_payment(payment_id=Payment.objects.get().id, at=now())
    deliver_all()
    assert GiftCard.objects.filter(origin="sold").count() == 1
