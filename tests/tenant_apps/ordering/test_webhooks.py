"""News of a payment in every order, from the real sandbox over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound, tenant_context
from shared_apps.ledger.models import LedgerTransaction
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.models import ReceivedWebhook
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.models import StockReservation
from tenant_apps.ordering.domain import placing, recovery
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.payments.domain.accounts import open_sandbox_account
from tenant_apps.payments.models import GatewayAccount, Payment, PaymentSplit, Refund
from tests.tenant_apps.ordering.conftest import assert_books_hold, fill, start

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shopfront(live_server, settings):
    """Our web server where the sandbox will look for it."""
    settings.GALLERIA_EXTERNAL_PORT = urlsplit(live_server.url).port
    return live_server


def provider_id_of(return_url):
    return parse_qs(urlsplit(return_url).query)["payment"][0]


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def work_off():
    """What the relay does until there is nothing left to do."""
    done = deliver_pending(at=now())
    assert done.failed == 0


def assert_bought_once():
    order = Order.objects.get()
    assert order.state == "placed"
    assert Payment.objects.get().state == "captured"
    assert LedgerTransaction.objects.filter(kind="capture").count() == 1
    assert set(StockReservation.objects.values_list("state", flat=True)) == {"sold"}
    assert_books_hold()


def test_webhook_alone_places_the_order(shopfront, stall, sandbox, customer):
    fill(stall)
    customer.pay(start(stall).redirect_url)

    wait_until(lambda: ReceivedWebhook.objects.filter(type="checkout.session.completed").exists())
    work_off()

    assert_bought_once()
    assert set(ReceivedWebhook.objects.values_list("state", flat=True)) <= {"done", "ignored"}


def test_return_before_webhook(shopfront, stall, sandbox, customer):
    fill(stall)
    back = customer.pay(start(stall).redirect_url)

    placing.finish_checkout(provider_id=provider_id_of(back), at=now())
    wait_until(lambda: ReceivedWebhook.objects.filter(type="checkout.session.completed").exists())
    work_off()

    assert_bought_once()


def test_duplicated_and_reordered_webhooks(shopfront, stall, sandbox, customer):
    fill(stall)
    redirect_url = start(stall).redirect_url
    customer.lever("faults", kind="duplicate", times=3)
    customer.lever("faults", kind="reorder", times=2)
    customer.pay(redirect_url)

    wait_until(lambda: ReceivedWebhook.objects.filter(type="checkout.session.completed").exists())
    time.sleep(0.5)
    work_off()
    work_off()

    assert_bought_once()


def test_browser_webhook_and_job_at_once(shopfront, stall, sandbox, customer, in_alpha):
    fill(stall)
    provider_id = provider_id_of(customer.pay(start(stall).redirect_url))
    order_id = Order.objects.get().id
    barrier, failures = threading.Barrier(6), []

    def run(action):
        try:
            with tenant_context(in_alpha):
                barrier.wait()
                action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            failures.append(error)
        finally:
            connection.close()

    actions = [
        lambda: placing.finish_checkout(provider_id=provider_id, at=now()),
        lambda: placing.finish_checkout(provider_id=provider_id, at=now()),
        lambda: deliver_pending(at=now()),
        lambda: deliver_pending(at=now()),
        lambda: recovery.tend_checkouts(at=now() + timedelta(minutes=2)),
        lambda: placing.finish_checkout(provider_id=provider_id, at=now()),
    ]
    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work_off()

    assert failures == []
    assert Order.objects.get().id == order_id
    assert VendorOrder.objects.filter(state="confirmed").count() == 2
    assert_bought_once()


def test_forged_and_foreign_webhooks(shopfront, stall, sandbox, customer, in_alpha, beta):
    account = GatewayAccount.objects.get(id=open_sandbox_account(at=now()))
    body = json.dumps({"id": "evt_1", "type": "x", "data": {"object": {"object": "charge"}}})
    path = f"/hooks/stripe/{account.endpoint_token}/"

    def post(host, path, **headers):
        with bound(None):
            answer = Client(HTTP_HOST=host).post(
                path, body, content_type="application/json", **headers
            )
        return answer.status_code

    assert post(in_alpha.host, path) == 400
    assert post(in_alpha.host, path, HTTP_STRIPE_SIGNATURE="t=1,v1=00") == 400
    assert post(in_alpha.host, "/hooks/stripe/guessed/") == 404
    assert post(beta.host, path) == 404
    assert post(in_alpha.host, path, HTTP_CONTENT_LENGTH="x") in {400, 413}
    assert ReceivedWebhook.objects.count() == 0


def test_stock_gone_after_payment_is_refunded(shopfront, stall, sandbox, customer):
    fill(stall)
    back = customer.pay(start(stall).redirect_url)
    later = now() + timedelta(hours=2)
    steal(stall, at=later)

    placing.finish_checkout(provider_id=provider_id_of(back), at=later)
    work_off()

    states = dict(VendorOrder.objects.values_list("vendor_name", "state"))
    assert states == {"Potter": "confirmed", "Weaver": "cancelled"}
    assert Refund.objects.get().state == "succeeded"
    split = PaymentSplit.objects.get(partner_id=stall.weaver.id)
    assert (split.captured_minor, split.refunded_minor) == (3999, 3999)
    assert Payment.objects.get().refunded_minor == 3999
    assert stall.bowl.stock.allocated == 2
    assert_books_hold()


def steal(stall, *, at):
    """Somebody else buys the last scarves, because the hold has run out."""
    from shared_apps.kernel.transactions import operation

    @operation
    def buy():
        lines = [StockLine(stall.scarf.variant_id, 2)]
        stock.sell(lines=lines, holder="test.other:1", subject="test.other:1", at=at)

    buy()


def test_nothing_left_rejects_and_refunds_all(shopfront, stall, sandbox, customer):
    fill(stall, bowls=0)
    back = customer.pay(start(stall).redirect_url)
    later = now() + timedelta(hours=2)
    steal(stall, at=later)

    placing.finish_checkout(provider_id=provider_id_of(back), at=later)
    work_off()

    assert Order.objects.get().state == "rejected"
    assert Payment.objects.get().state == "refunded"
    assert_books_hold()


def test_unpaid_order_lets_go(shopfront, stall, sandbox, customer):
    fill(stall)
    start(stall)

    recovery.tend_checkouts(at=now() + timedelta(minutes=51))
    work_off()

    assert Order.objects.get().state == "expired"
    assert Payment.objects.get().state == "expired"
    assert (stall.bowl.stock.reserved, stall.scarf.stock.reserved) == (0, 0)
    assert_books_hold()


def test_lost_webhook_is_found_by_the_job(stall, sandbox, customer):
    fill(stall)
    customer.pay(start(stall).redirect_url)

    recovery.tend_checkouts(at=now() + timedelta(minutes=2))

    assert_bought_once()


def test_paid_in_the_last_moment(stall, sandbox, customer):
    fill(stall)
    customer.pay(start(stall).redirect_url)

    recovery.tend_checkouts(at=now() + timedelta(minutes=55))

    assert_bought_once()


def test_paid_page_of_a_superseded_order_is_refunded(stall, sandbox, customer):
    """Two tabs: the first page is paid although the cart was ordered anew by the second."""
    fill(stall)
    first = start(stall)
    customer.lever("faults", kind="fail_before", match="expire", times=9)
    back = customer.pay(first.redirect_url)
    fill(stall, bowls=1, scarves=0)
    second = start(stall)
    placing.finish_checkout(provider_id=provider_id_of(customer.pay(second.redirect_url)), at=now())

    placing.finish_checkout(provider_id=provider_id_of(back), at=now())
    deliver_pending(at=now())

    states = dict(Order.objects.values_list("id", "state"))
    assert states == {first.order_id: "rejected", second.order_id: "placed"}
    refunded = Payment.objects.get(subject=f"ordering.order:{first.order_id}")
    assert refunded.state == "refunded"
    assert (stall.bowl.stock.allocated, stall.bowl.stock.reserved) == (3, 0)
    assert_books_hold()


def test_gateway_that_did_it_and_fell_silent(stall, sandbox, customer):
    """The provider opened the page and we never heard: the same page comes the next time."""
    from shared_apps.gateways.errors import OutcomeUnknown

    fill(stall)
    open_sandbox_account(at=now())
    customer.lever("faults", kind="timeout_after_commit", match="checkout/sessions", times=9)

    with pytest.raises(OutcomeUnknown):
        start(stall)
    customer.lever("faults", method="DELETE")
    assert Order.objects.get().state == "draft"
    started = start(stall)

    assert Order.objects.count() == 1
    placing.finish_checkout(
        provider_id=provider_id_of(customer.pay(started.redirect_url)), at=now()
    )
    assert_bought_once()
