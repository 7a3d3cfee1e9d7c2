"""Cards that the provider keeps, and paying with them."""

from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from tenant_apps.payments import queries
from tenant_apps.payments.domain import charges, saving
from tenant_apps.payments.models import GatewayCustomer, Payment, SavedMethod
from tests.factories import shop
from tests.tenant_apps.payments.till import (
    assert_books_hold,
    charge_of,
    make_till,
    open_page,
    prepare,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(in_alpha):
    return shop.make_user("cy@customer.example", name="Cy")


def keep(till, customer, buyer, card="visa"):
    opened = open_page(till, user_id=buyer.id, saves_method=True)
    customer.pay(opened.redirect_url, card=card)
    charges.settle_payment(payment_id=opened.id, at=now())


def pay_with(buyer, method):
    till = make_till("Two")
    charge = charge_of(till, "5.00", "6.00", user_id=buyer.id, saved_method_id=method.id)
    payment_id = prepare(charge, kind="stripe")
    opened = charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    return opened, Payment.objects.get(id=payment_id)


def test_card_is_kept_once_and_first_is_default(till, customer, buyer):
    keep(till, customer, buyer)
    keep(make_till("Two"), customer, buyer)

    shown = queries.saved_methods(buyer.id)
    assert shown[0].is_default
    assert {card.last4 for card in shown} == {"4242"}
    assert GatewayCustomer.objects.count() == 1


def test_guests_keep_nothing(till, customer, buyer):
    opened = open_page(till, saves_method=True)
    customer.pay(opened.redirect_url)
    charges.settle_payment(payment_id=opened.id, at=now())

    assert SavedMethod.objects.count() == 0


def test_pay_with_a_saved_card(till, customer, buyer):
    keep(till, customer, buyer)

    opened, payment = pay_with(buyer, SavedMethod.objects.first())

    assert (opened.state, opened.redirect_url) == ("captured", "")
    charges.settle_payment(payment_id=payment.id, at=now())
    payment.refresh_from_db()
    assert payment.captured_minor == 1100
    assert_books_hold()


def test_bank_that_wants_to_see_the_owner(till, customer, buyer):
    keep(till, customer, buyer)
    method = SavedMethod.objects.first()
    customer.lever("faults", kind="require_3ds", times=1)

    opened, payment = pay_with(buyer, method)

    assert opened.state == "pending"
    assert opened.redirect_url != ""
    customer.lever("faults", method="DELETE")
    customer.pay(opened.redirect_url)
    charges.settle_payment(payment_id=payment.id, at=now())
    payment.refresh_from_db()
    assert payment.state == "captured"
    assert_books_hold()


def test_declined_card_leads_to_the_page(till, customer, buyer):
    keep(till, customer, buyer)
    customer.lever("faults", kind="decline:insufficient_funds", times=1)

    opened, payment = pay_with(buyer, SavedMethod.objects.first())

    assert (opened.state, payment.attempt, payment.saved_method) == ("pending", 2, None)


def test_default_and_forgetting(till, customer, buyer):
    keep(till, customer, buyer)
    first = SavedMethod.objects.get()
    other = SavedMethod.objects.create(
        user_id=buyer.id, account=first.account, token="pm_other", created_at=now()
    )

    saving.make_default(user_id=buyer.id, method_id=other.id, at=now())
    assert queries.saved_methods(buyer.id)[0].id == other.id
    saving.make_default(user_id=buyer.id, method_id=first.id, at=now())
    saving.forget_method(user_id=buyer.id, method_id=first.id, at=now())

    left = SavedMethod.objects.get()
    assert (left.id, left.is_default) == (other.id, True)


def test_of_somebody_else(till, customer, buyer):
    keep(till, customer, buyer)
    stranger, method = shop.make_user("bo@customer.example"), SavedMethod.objects.get()

    with pytest.raises(saving.MethodUnknown):
        saving.forget_method(user_id=stranger.id, method_id=method.id, at=now())
    with pytest.raises(saving.MethodUnknown):
        saving.make_default(user_id=stranger.id, method_id=method.id, at=now())
