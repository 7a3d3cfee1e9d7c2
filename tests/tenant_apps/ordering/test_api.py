"""The API of cart, checkout and orders, as programs use it."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.kernel.ids import public_id
from shared_apps.outbox.domain.idempotency import begin, fingerprint_of
from tenant_apps.ordering.models import Order, VendorOrder
from tests.factories import shop
from tests.tenant_apps.ordering.conftest import assert_books_hold
from tests.tenant_apps.ordering.test_terms import coupon, method

pytestmark = pytest.mark.django_db

CHECKOUT = {
    "email": "cy@customers.example",
    "address": {
        "name": "Cy Customer",
        "line1": "1 Quay Street",
        "city": "Galway",
        "postcode": "H91 XY12",
        "country": "IE",
    },
}


class Program:
    """A program that speaks JSON, as a guest with a cart token or signed in."""

    def __init__(self, tenant, user=None):
        self.client = Client(HTTP_HOST=tenant.host)
        self.token = ""
        if user is not None:
            self.client.force_login(user)

    def call(self, method, path, body=None, *, key="", expect=200):
        extra = {"headers": {}}
        if self.token:
            extra["headers"]["X-Cart-Token"] = self.token
        if key:
            extra["headers"]["Idempotency-Key"] = key
        with bound(None):
            answer = self.client.generic(
                method,
                f"/api/v1{path}",
                json.dumps(body) if body is not None else "",
                content_type="application/json",
                **extra,
            )
        assert answer.status_code == expect, answer.content
        self.answer = answer
        return answer.json() if answer.content else None


def variant(item):
    return public_id("var", item.variant_id)


@pytest.fixture
def program(in_alpha):
    return Program(in_alpha)


def fill(program, stall):
    cart = program.call(
        "POST", "/cart/lines", {"variant": variant(stall.bowl), "quantity": 2}, expect=201
    )
    program.token = cart["token"]
    return program.call("POST", "/cart/lines", {"variant": variant(stall.scarf)}, expect=201)


def test_cart(stall, program):
    cart = fill(program, stall)

    assert cart["total"] == {"amount": "88.99", "currency": "EUR"}
    assert [group["vendor_name"] for group in cart["groups"]] == ["Potter", "Weaver"]
    cart = program.call("PATCH", f"/cart/lines/{variant(stall.bowl)}", {"quantity": 1})
    assert cart["count"] == 2
    cart = program.call("DELETE", f"/cart/lines/{variant(stall.scarf)}")
    assert cart["count"] == 1
    program.call("DELETE", "/cart", expect=204)
    assert program.call("GET", "/cart")["problems"] == [{"code": "cart_empty"}]


def test_refusals_have_codes(stall, program):
    fill(program, stall)

    gone = program.call(
        "POST", "/cart/lines", {"variant": variant(stall.scarf), "quantity": 9}, expect=422
    )
    assert gone["code"] == "insufficient_stock"
    nonsense = program.call("POST", "/cart/lines", {"variant": "var_x"}, expect=422)
    assert nonsense["code"] == "validation_error"
    keyless = program.call("POST", "/checkout", CHECKOUT, expect=400)
    assert keyless["code"] == "idempotency_key_missing"
    bad = {**CHECKOUT, "address": {**CHECKOUT["address"], "country": "QQ"}}
    answer = program.call("POST", "/checkout", bad, key="k0", expect=422)
    assert answer["errors"] == [{"pointer": "/country", "detail": "Choose a country."}]


def test_checkout_once_per_key(stall, sandbox, customer, program):
    fill(program, stall)

    first = program.call("POST", "/checkout", CHECKOUT, key="k1", expect=201)
    again = program.call("POST", "/checkout", CHECKOUT, key="k1", expect=201)

    assert first == again
    assert program.answer["Idempotent-Replayed"] == "true"
    assert first["status"] == "awaiting_payment"
    assert Order.objects.count() == 1


def test_key_of_another_request_is_refused(stall, sandbox, program):
    fill(program, stall)
    program.call("POST", "/checkout", CHECKOUT, key="k1", expect=201)

    other = program.call("POST", "/checkout", {**CHECKOUT, "phone": "1"}, key="k1", expect=422)

    assert other["code"] == "idempotency_key_reused"
    assert Order.objects.count() == 1


def test_key_of_a_request_under_way_waits(stall, sandbox, program):
    fill(program, stall)
    path = "/api/v1/checkout"
    body = json.dumps(CHECKOUT).encode()
    begin(
        scope=f"session:None POST {path}",
        key="k1",
        fingerprint=fingerprint_of(method="POST", path=path, body=body),
        at=now(),
    )

    busy = program.call("POST", "/checkout", CHECKOUT, key="k1", expect=409)

    assert busy["code"] == "idempotency_in_progress"
    assert Order.objects.count() == 0


def test_quote_codes_and_expected_total(stall, sandbox, program):
    fill(program, stall)
    coupon()
    method(stall.potter, "4.00")

    refused = program.call("POST", "/cart/codes", {"code": "nonsense"}, expect=422)
    assert (refused["code"], refused["reason"]) == ("code_refused", "unknown")
    cart = program.call("POST", "/cart/codes", {"code": "TEN"}, expect=201)
    assert cart["discounts"] == [
        {"code": "TEN", "title": "Ten off", "off": {"amount": "8.90", "currency": "EUR"}}
    ]
    quote = program.call("POST", "/cart/quote", {"address": CHECKOUT["address"]})
    (potters, weavers) = quote["groups"]
    assert [each["name"] for each in potters["delivery_methods"]] == ["Post"]
    assert quote["total"]["amount"] == "84.09"
    wrong = {**CHECKOUT, "expected_total": {"amount": "80.00", "currency": "EUR"}}
    changed = program.call("POST", "/checkout", wrong, key="k1", expect=422)
    assert [each["code"] for each in changed["problems"]] == ["total_changed"]
    right = {
        **CHECKOUT,
        "expected_total": quote["total"],
        "delivery": {potters["vendor"]: potters["delivery_methods"][0]["code"]},
    }
    program.call("POST", "/checkout", right, key="k2", expect=201)
    assert Order.objects.get().total_minor == 8409
    assert weavers["delivery"] == {"amount": "0.00", "currency": "EUR"}
    cart = program.call("DELETE", "/cart/codes/TEN")
    assert cart["discounts"] == []


def buy(stall, customer, program):
    fill(program, stall)
    started = program.call("POST", "/checkout", CHECKOUT, key="k1", expect=201)
    back = customer.pay(started["redirect_url"])
    with bound(None):
        program.client.get(back.split("localhost:8000")[-1])
    return started["order"]


def test_customer_and_vendors_see_theirs(stall, sandbox, customer, program, in_alpha):
    order_id = buy(stall, customer, program)

    order = program.call("GET", f"/orders/{order_id}")
    assert (order["status"], order["payment_status"]) == ("confirmed", "paid")
    assert [each["vendor_name"] for each in order["vendor_orders"]] == ["Potter", "Weaver"]
    assert [row["id"] for row in program.call("GET", "/orders")["data"]] == [order_id]
    stranger = Program(in_alpha, shop.make_user("dee@customers.example"))
    stranger.call("GET", f"/orders/{order_id}", expect=404)

    potter = Program(in_alpha, stall.potter.user)
    (part,) = potter.call("GET", "/partner/orders")["data"]
    assert part["earning"] == {"amount": "44.10", "currency": "EUR"}
    for secret in ("Scarf", "Weaver", "39.99", "88.99", "cy@customers.example"):
        assert secret not in json.dumps(part)
    weavers = VendorOrder.objects.get(vendor_name="Weaver")
    potter.call("GET", f"/partner/orders/{public_id('vord', weavers.id)}", expect=404)
    program.call("GET", "/partner/orders", expect=401)


def test_vendor_fulfils_by_api(stall, sandbox, customer, program, in_alpha):
    buy(stall, customer, program)
    potter = Program(in_alpha, stall.potter.user)
    part = potter.call("GET", "/partner/orders")["data"][0]["id"]
    path = f"/partner/orders/{part}"

    sent = potter.call("POST", f"{path}/fulfilment", {"carrier": "Post"}, key="s", expect=201)
    assert sent["status"] == "shipped"
    again = potter.call("POST", f"{path}/fulfilment", {"carrier": "Post"}, key="s", expect=201)
    assert again == sent
    potter.call("POST", f"{path}/fulfilment", {"carrier": "Post"}, key="t", expect=409)
    done = potter.call("POST", f"{path}/delivery", {}, key="d", expect=201)

    assert done["status"] == "delivered"
    assert_books_hold()
