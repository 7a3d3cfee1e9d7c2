"""Ways to pay, seen from an order: what is offered, when it is placed, what goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.domain import placing
from tenant_apps.ordering.domain.paying import MethodUnknown, ways_to_pay
from tenant_apps.ordering.models import Order
from tenant_apps.payments.domain.accounts import ensure_account
from tenant_apps.payments.domain.methods import TermsWanted, set_terms
from tenant_apps.payments.domain.offline import mark_received
from tenant_apps.payments.domain.reconciling import reconcile
from tenant_apps.payments.models import Payment
from tests.tenant_apps.ordering.conftest import (  # noqa: F401 - a fixture
    assert_books_hold,
    fill,
    stall,
    start,
)
from tests.tenant_apps.ordering.people import DETAILS
from tests.tenant_apps.payments.till import OPERATOR, eur
from themes.domain.panels import panels_in

pytestmark = pytest.mark.django_db


def offer(method, **terms):
    wanted = TermsWanted(**{"is_on": True, "instructions": "So", **terms})
    set_terms(method=method, wanted=wanted, acting=OPERATOR, at=now())


def order_by(stall, method):  # noqa: F811
    fill(stall)
    return start(stall, details=replace(DETAILS, method=method))


def payment_subject(payment):
    return Ref.parse(payment.subject)


def work_off():
    assert deliver_pending(at=now()).failed == 0


def test_what_the_operator_switched_on_is_offered(stall, sandbox):  # noqa: F811
    ensure_account(at=now())
    offer("cash", position=9)

    shown = ways_to_pay(due=eur("10.00"), country="IE", user_id=None)

    assert [way.method for way in shown] == ["stripe", "cash"]
    with pytest.raises(MethodUnknown):
        order_by(stall, "bank_transfer")
    assert Order.objects.count() == 0


def test_transfer_places_the_order_when_it_arrives(stall, sandbox):  # noqa: F811
    offer("bank_transfer", days_to_pay=3)
    started = order_by(stall, "bank_transfer")
    payment = Payment.objects.get()
    assert (started.redirect_url, Order.objects.get().state) == ("", "draft")
    assert payment.expires_at - payment.created_at == timedelta(days=3)
    shown = panels_in("order.main", request=None, ref=payment_subject(payment))
    assert shown[0].context["instructions"] == "So"

    mark_received(payment_id=payment.id, amount=payment.amount, acting=OPERATOR, at=now())
    work_off()

    assert Order.objects.get().state == "placed"
    assert_books_hold()


def test_transfer_that_never_comes(stall, sandbox):  # noqa: F811
    offer("bank_transfer", days_to_pay=1)
    order_by(stall, "bank_transfer")

    done = reconcile(at=now() + timedelta(days=1, minutes=1))
    work_off()

    assert (done.overdue, done.failed) == (1, 0)
    assert Payment.objects.get().state == "expired"
    assert Order.objects.get().state == "expired"
    assert stall.bowl.stock.reserved == 0


def test_cash_order_is_placed_at_once(stall, sandbox):  # noqa: F811
    offer("cash")

    started = order_by(stall, "cash")

    assert started.is_placed
    assert Order.objects.get().state == "placed"
    assert Payment.objects.get().captured_minor == 0
    assert_books_hold()


def test_authorised_card_is_captured_while_the_goods_are_held(stall, sandbox, customer):  # noqa: F811
    offer("stripe", captures_when_placed=True)
    started = order_by(stall, "")
    customer.pay(started.redirect_url)

    placing.finish_checkout(provider_id=Payment.objects.get().provider_id, at=now())

    payment = Payment.objects.get()
    assert (payment.state, payment.captures_when_placed) == ("captured", True)
    assert Order.objects.get().state == "placed"
    assert_books_hold()


def test_authorised_card_is_let_go_once_the_goods_are_free(stall, sandbox, customer):  # noqa: F811
    offer("stripe", captures_when_placed=True)
    started = order_by(stall, "")
    customer.pay(started.redirect_url)

    reconcile(at=now() + timedelta(hours=2))
    work_off()

    assert Payment.objects.get().state == "voided"
    assert Order.objects.get().state == "expired"
    assert_books_hold()
