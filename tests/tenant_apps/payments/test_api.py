"""Payments by API: a customer's own, a shop's, the operator's all."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.ref import Ref
from tenant_apps.payments.domain import charges
from tenant_apps.payments.models import Payment, Refund
from tests.factories import shop
from tests.tenant_apps.payments.till import (
    assert_books_hold,
    charge_of,
    open_page,
    pay_at_gateway,
    prepare,
    refund,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/payments"


class Program:
    """Somebody's session, asking for JSON."""

    def __init__(self, tenant, user=None):
        self.web = Client(HTTP_HOST=tenant.host)
        if user is not None:
            with bound(tenant):
                self.web.force_login(user)

    def get(self, path="", **query):
        with bound(None):
            return self.web.get(f"{API}{path}", query)

    def post(self, path, **body):
        with bound(None):
            return self.web.post(
                f"{API}{path}",
                body,
                content_type="application/json",
                HTTP_IDEMPOTENCY_KEY=str(uuid4()),
            )

    def send(self, method, path):
        with bound(None):
            return self.web.generic(method, f"{API}{path}")


@pytest.fixture
def cy(in_alpha):
    return shop.make_user("cy@customer.example")


@pytest.fixture
def operator(in_alpha):
    return Program(in_alpha, shop.make_user("ada@alpha.example", roles=("operator",)))


def test_own_payments_and_nobody_elses(till, customer, cy, in_alpha, operator):
    payment = pay_at_gateway(till, customer, user_id=cy.id)
    bo = Program(in_alpha, shop.make_user("bo@customer.example"))
    mine, path = Program(in_alpha, cy), f"/{payment.public_id}"

    (row,) = mine.get().json()["data"]
    assert (row["id"], row["status"]) == (payment.public_id, "captured")
    assert row["amount"] == {"amount": "50.00", "currency": "EUR"}
    assert len(mine.get(path).json()["splits"]) == 2
    assert bo.get().json()["data"] == []
    assert bo.get(path).status_code == 404
    assert operator.get(path).status_code == 200
    assert Program(in_alpha).get(path).status_code == 401
    assert operator.get("/pay_nonsense").status_code == 404


def test_verification_asks_the_provider(till, customer, cy, in_alpha):
    opened = open_page(till, user_id=cy.id)
    customer.pay(opened.redirect_url)

    answer = Program(in_alpha, cy).post(f"/{opened.public_id}/verification")

    assert (answer.status_code, answer.json()["status"]) == (200, "captured")
    assert answer.json()["verified_at"] is not None


def test_outstanding_payment_of_an_order_is_opened_again(till, sandbox, cy, in_alpha):
    order_id = uuid7()
    subject = Ref("ordering.order", str(order_id))
    prepare(charge_of(till, "1.00", "2.00", subject=subject, user_id=cy.id), kind="stripe")
    program, order = Program(in_alpha, cy), public_id("ord", order_id)

    first, again = program.post("", order=order), program.post("", order=order)

    assert first.status_code == again.status_code == 201
    assert first.json()["redirect_url"] == again.json()["redirect_url"] != ""
    assert first.json()["subject"] == order
    bo = Program(in_alpha, shop.make_user("bo@customer.example"))
    assert bo.post("", order=order).status_code == 404
    assert program.post("", order="ord_nonsense").status_code == 404


def test_receipt_is_the_operators(till, cy, in_alpha, operator):
    charge = charge_of(till, "20.00", "30.00", method="bank_transfer", user_id=cy.id)
    payment_id = prepare(charge)
    charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    path = f"/{Payment.objects.get().public_id}/receipt"

    assert Program(in_alpha, cy).post(path, amount="50.00", currency="EUR").status_code == 403
    assert operator.post(path, amount="49.00", currency="EUR").status_code == 409
    assert operator.post(path, amount="50.00", currency="EUR").status_code == 201
    assert_books_hold()


def test_payments_of_a_shop_are_for_its_team(till, customer, cy, in_alpha):
    pay_at_gateway(till, customer)
    potter, weaver = Program(in_alpha, till.potter.user), Program(in_alpha, till.weaver.user)
    path = f"/shops/{public_id('part', till.potter.id)}"

    (row,) = potter.get(path).json()["data"]
    assert row["amount"] == {"amount": "20.00", "currency": "EUR"}
    assert weaver.get(path).status_code == 404
    assert Program(in_alpha, cy).get(path).status_code == 404


def test_methods_are_for_everybody(till, sandbox, in_alpha):
    open_page(till)

    (row,) = Program(in_alpha).get("/methods", amount="10", currency="EUR").json()["data"]

    assert (row["method"], row["kind"], row["is_test"]) == ("stripe", "gateway", True)
    assert Program(in_alpha).get("/methods", amount="x").status_code == 422


def test_operators_lists(till, customer, cy, in_alpha, operator):
    pay_at_gateway(till, customer)
    refund(till.bowl, "5.00")

    (row,) = operator.get("/refunds").json()["data"]
    assert row["id"] == Refund.objects.get().public_id
    assert operator.get("/disputes").json()["data"] == []
    assert operator.get("/reconciliation").json() == {"days": [], "differences": []}
    assert len(operator.post("/reconciliation").json()["days"]) == 1
    for path in ("/refunds", "/disputes", "/reconciliation"):
        assert Program(in_alpha, cy).get(path).status_code == 403


def test_cards(till, customer, cy, in_alpha):
    opened = open_page(till, user_id=cy.id, saves_method=True)
    customer.pay(opened.redirect_url)
    charges.settle_payment(payment_id=opened.id, at=now())
    program = Program(in_alpha, cy)

    (card,) = program.get("/cards").json()["data"]
    assert (card["last4"], card["is_default"]) == ("4242", True)
    assert program.send("PUT", f"/cards/{card['id']}/default").status_code == 204
    assert program.send("DELETE", f"/cards/{card['id']}").status_code == 204
    assert program.get("/cards").json()["data"] == []
