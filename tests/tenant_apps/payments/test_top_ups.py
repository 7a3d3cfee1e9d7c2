"""Money into a wallet: through the gateway's page, once, whoever hears of it first."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.payments.domain import accounts, charges, top_ups
from tenant_apps.payments.models import Payment
from tenant_apps.wallet.models import TopUp
from tenant_apps.wallet.queries import wallet_of
from tests.factories.shop import make_user
from tests.tenant_apps.ordering.test_api import Program
from tests.tenant_apps.ordering.test_pages import Browser
from tests.tenant_apps.wallet.conftest import assert_books_hold, eur

pytestmark = pytest.mark.django_db


@pytest.fixture
def cy(in_alpha, sandbox):
    accounts.open_sandbox_account(at=now())
    return make_user("cy@customers.example", name="Cy")


def deliver_all():
    while True:
        done = deliver_pending(at=now())
        assert done.failed == 0
        if not done.delivered:
            return


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def buckets(user):
    view = wallet_of(user.id, "EUR")
    return view.available, view.pending


def test_top_up_in_the_browser(cy, customer, in_alpha):
    browser = Browser(in_alpha, cy)

    answer = browser.post("/account/wallet/top-up/", amount="25.00")
    assert answer.status_code == 303
    assert buckets(cy) == (eur("0.00"), eur("25.00"))
    back = customer.pay(answer["Location"])
    page = browser.get(path_of(back), follow=True).content.decode()

    assert "Topped up" in page
    assert buckets(cy) == (eur("25.00"), eur("0.00"))
    assert balance_of("escrow", "EUR") == eur("0.00")
    deliver_all()
    assert buckets(cy) == (eur("25.00"), eur("0.00"))
    assert OutboxEvent.objects.filter(name="wallet.topped_up.v1").count() == 1
    assert_books_hold()


def test_browser_that_never_comes_back(cy, customer, in_alpha):
    """The provider's news alone is enough."""
    opened = top_ups.top_up(
        user_id=cy.id, email=cy.email, amount=eur("10.00"), acting=actor(cy), at=now()
    )
    customer.pay(opened.redirect_url)

    charges.settle_payment(payment_id=opened.id, at=now())
    deliver_all()

    assert buckets(cy) == (eur("10.00"), eur("0.00"))
    assert TopUp.objects.get().state == "paid"
    assert_books_hold()


def test_abandoned_top_up(cy, in_alpha):
    opened = top_ups.top_up(
        user_id=cy.id, email=cy.email, amount=eur("10.00"), acting=actor(cy), at=now()
    )

    charges.close_payment(payment_id=opened.id, at=now())
    deliver_all()

    assert TopUp.objects.get().state == "closed"
    assert buckets(cy) == (eur("0.00"), eur("0.00"))


@pytest.mark.parametrize("amount", ["0.99", "10000.01", "-5", "ten", "1.005", ""])
def test_amounts_that_cannot_be_topped_up(cy, in_alpha, amount):
    answer = Browser(in_alpha, cy).post("/account/wallet/top-up/", amount=amount)

    assert answer["Location"] == "/account/wallet/"
    assert not Payment.objects.exists()


def test_top_up_by_api(cy, customer, in_alpha):
    program = Program(in_alpha, cy)

    first = program.call("POST", "/wallet/top-ups", {"amount": "12.50"}, key="k", expect=201)
    again = program.call("POST", "/wallet/top-ups", {"amount": "12.50"}, key="k", expect=201)

    assert first == again
    back = customer.pay(first["redirect_url"])
    (payment,) = parse_qs(urlsplit(back).query)["payment"]
    top_ups.finish_top_up(provider_id=payment, at=now())
    assert program.call("GET", "/wallet")["data"][0]["available"]["amount"] == "12.50"
    Program(in_alpha).call("POST", "/wallet/top-ups", {"amount": "1.00"}, key="g", expect=401)


def test_way_back_of_another_tenant(cy, customer, in_alpha, beta):
    browser = Browser(in_alpha, cy)
    back = customer.pay(browser.post("/account/wallet/top-up/", amount="25.00")["Location"])
    stranger = Browser(beta)

    assert stranger.get(path_of(back)).status_code == 302
    assert buckets(cy) == (eur("0.00"), eur("25.00"))


def actor(user):
    return Actor("user", str(user.id), user.name)
