"""Cards that are only authorised at first: captured for what can be had, else let go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.kernel.clock import now
from tenant_apps.payments.domain import authorisations, charges
from tenant_apps.payments.domain.methods import TermsWanted, set_terms
from tenant_apps.payments.domain.reconciling import reconcile
from tenant_apps.payments.models import Payment, Refund
from tests.tenant_apps.payments.till import (
    OPERATOR,
    assert_books_hold,
    balance,
    open_page,
    refund,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def authorising(in_alpha):
    wanted = TermsWanted(is_on=True, captures_when_placed=True)
    set_terms(method="stripe", wanted=wanted, acting=OPERATOR, at=now())


@pytest.fixture
def available(monkeypatch):
    """What the room above says can still be had."""
    said: set[str] = set()
    monkeypatch.setitem(authorisations._gates, "test.sale", lambda _subject, _at: said)
    return said


@pytest.fixture
def page(authorising, till, customer):
    opened = open_page(till)
    customer.pay(opened.redirect_url)
    return opened


def settle(page):
    charges.settle_payment(payment_id=page.id, at=now())
    return Payment.objects.get(id=page.id)


def test_all_is_captured(till, page, available):
    available |= {str(till.bowl), str(till.scarf)}

    payment = settle(page)

    assert (payment.state, payment.captured_minor) == ("captured", 5000)
    moves = list(payment.moves.order_by("id").values_list("to_state", flat=True))
    assert moves == ["pending", "authorised", "captured"]
    assert_books_hold()


def test_without_a_gate_all_is_captured(till, page):
    assert settle(page).state == "captured"


def test_only_what_is_there_is_captured(till, page, available, customer):
    available.add(str(till.scarf))

    payment = settle(page)

    assert (payment.state, payment.captured_minor) == ("captured", 3000)
    assert (balance("escrow", till.bowl), balance("escrow", till.scarf)) == ("0.00", "30.00")
    refund(till.bowl, "20.00", key="out_of_stock")
    assert Refund.objects.get().state == "waived"
    assert_books_hold()


def test_nothing_left_lets_go(till, page, available):
    payment = settle(page)

    assert (payment.state, payment.captured_minor) == ("voided", 0)
    assert settle(page).state == "voided"
    assert_books_hold()


def test_capture_is_decided_once(till, page, available, customer):
    """The provider fell silent after capturing: what came back meanwhile changes nothing."""
    from shared_apps.gateways.errors import OutcomeUnknown

    available.add(str(till.scarf))
    customer.lever("faults", kind="timeout_after_commit", match="capture", times=9)
    with pytest.raises(OutcomeUnknown):
        settle(page)
    customer.lever("faults", method="DELETE")
    available.add(str(till.bowl))

    payment = settle(page)

    assert (payment.state, payment.captured_minor) == ("captured", 3000)
    assert_books_hold()


def test_page_that_expires_after_authorising(till, page, available):
    available |= {str(till.bowl), str(till.scarf)}

    done = reconcile(at=now() + timedelta(hours=2))

    assert (done.payments, done.failed) == (1, 0)
    assert Payment.objects.get().state == "captured"
