"""The pages of money, as a customer, two vendors and the operator use them; without scripts."""

from __future__ import annotations

import pytest
from django.test import Client

from shared_apps.kernel.context import bound
from shared_apps.kernel.ids import public_id
from tenant_apps.ordering.models import CartLine, Order, VendorOrder
from tests.factories import shop
from tests.tenant_apps.ordering.conftest import assert_books_hold

pytestmark = pytest.mark.django_db

FORM = {
    "email": "cy@customers.example",
    "name": "Cy Customer",
    "line1": "1 Quay Street",
    "postcode": "H91 XY12",
    "city": "Galway",
    "country": "IE",
}


class Browser:
    """A visitor of one tenant's host; the host binds the tenant, as in production."""

    def __init__(self, tenant, user=None):
        self.client = Client(HTTP_HOST=tenant.host)
        if user is not None:
            self.client.force_login(user)

    def get(self, path, **extra):
        with bound(None):
            return self.client.get(path, **extra)

    def post(self, path, **data):
        with bound(None):
            return self.client.post(path, data)


def variant(item):
    return public_id("var", item.variant_id)


@pytest.fixture
def visitor(in_alpha):
    return Browser(in_alpha)


def buy(browser, stall, customer, **quantities):
    for item, quantity in ((stall.bowl, 2), (stall.scarf, 1)):
        answer = browser.post("/cart/lines/", variant=variant(item), quantity=quantity)
        assert answer.status_code == 303
    answer = browser.post("/checkout/", **FORM)
    assert answer.status_code == 303, answer.content
    back = customer.pay(answer["Location"])
    answer = browser.get(back.split("localhost:8000")[-1])
    assert answer.status_code == 303
    return answer["Location"]


def test_guest_buys_and_sees_the_order(stall, sandbox, customer, visitor, in_alpha):
    path = buy(visitor, stall, customer)

    page = visitor.get(path)
    assert page.status_code == 200
    assert b"Thank you" in page.content
    assert b"Potter" in page.content
    assert b"Weaver" in page.content
    assert visitor.get("/orders/").content.count(b"/orders/ord_") == 1
    assert b"Your basket is empty" in visitor.get("/cart/").content
    assert Browser(in_alpha).get(path).status_code == 404
    assert Order.objects.get().state == "placed"
    assert_books_hold()


def test_vendor_sees_only_their_part(stall, sandbox, customer, visitor, in_alpha):
    buy(visitor, stall, customer)
    potters, weavers = VendorOrder.objects.order_by("number")
    potter = Browser(in_alpha, stall.potter.user)

    listed = potter.get("/partner/orders/").content.decode()
    page = potter.get(f"/partner/orders/{public_id('vord', potters.id)}/").content.decode()
    of_other = potter.get(f"/partner/orders/{public_id('vord', weavers.id)}/")

    assert of_other.status_code == 404
    for text in (listed, page):
        assert "Bowl" in text
        for secret in ("Scarf", "Weaver", "39.99", "88.99", "cy@customers.example"):
            assert secret not in text


def test_vendor_sends_and_is_paid(stall, sandbox, customer, visitor, in_alpha):
    path = buy(visitor, stall, customer)
    part = VendorOrder.objects.order_by("number").first()
    base = f"/partner/orders/{public_id('vord', part.id)}"
    potter = Browser(in_alpha, stall.potter.user)

    assert potter.post(f"{base}/processing/").status_code == 303
    assert (
        potter.post(f"{base}/fulfilment/", carrier="Post", tracking_number="TN1").status_code == 303
    )
    assert potter.post(f"{base}/delivery/").status_code == 303

    assert b"TN1" in visitor.get(path).content
    part.refresh_from_db()
    assert part.state == "delivered"
    assert stall.bowl.stock.on_hand == 3
    assert_books_hold()


def test_strangers_are_kept_out(stall, sandbox, customer, visitor, in_alpha):
    buy(visitor, stall, customer)
    part = VendorOrder.objects.order_by("number").first()
    base = f"/partner/orders/{public_id('vord', part.id)}"
    weaver = Browser(in_alpha, stall.weaver.user)
    shopper = Browser(in_alpha, shop.make_user("dee@customers.example"))

    for action in ("processing", "fulfilment", "delivery", "cancellation"):
        assert weaver.post(f"{base}/{action}/").status_code == 404
        assert shopper.post(f"{base}/{action}/").status_code == 403
        assert visitor.post(f"{base}/{action}/").status_code == 302
    assert shopper.get("/partner/orders/").status_code == 403
    assert shopper.get("/manage/orders/").status_code == 403
    assert visitor.get("/manage/orders/").status_code == 302


def test_operator_sees_the_split_and_why(stall, sandbox, customer, visitor, in_alpha):
    buy(visitor, stall, customer)
    operator = Browser(in_alpha, shop.make_user("ada@alpha.example", roles=("operator",)))
    order = Order.objects.get()

    assert order.number in operator.get("/manage/orders/").content.decode()
    page = operator.get(f"/manage/orders/{public_id('ord', order.id)}/").content.decode()

    for amount in ("€49.00", "€44.10", "€4.90", "€3.92", "€39.99", "€35.99", "€4.00", "€3.20"):
        assert amount in page
    assert "Rule “Standard”: 10%" in page
    assert "In escrow" in page
    for path in ("/manage/payments/", "/manage/commission/"):
        assert operator.get(path).status_code == 200


def test_cart_tells_what_changed(stall, visitor):
    visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=2)
    CartLine.objects.update(price_seen_minor=1)

    page = visitor.get("/cart/").content.decode()
    assert "The price has changed." in page
    assert visitor.get("/checkout/").status_code == 302
    visitor.post("/cart/changes/")
    assert "The price has changed." not in visitor.get("/cart/").content.decode()


def test_refusals_are_told(stall, visitor):
    visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=99)
    assert "Only 5 left." in visitor.get("/cart/").content.decode()

    visitor.post("/cart/lines/", variant="var_nonsense", quantity=1)
    assert "Choose a product and a quantity." in visitor.get("/cart/").content.decode()


def test_bad_address_comes_back(stall, sandbox, visitor):
    visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=1)

    answer = visitor.post("/checkout/", **{**FORM, "postcode": "", "email": "nobody"})

    assert answer.status_code == 422
    assert Order.objects.count() == 0


def test_cart_joins_the_account_at_sign_in(stall, visitor, in_alpha):
    visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=2)
    user = shop.make_user("cy@customers.example")
    visitor.client.force_login(user)

    page = visitor.get("/cart/").content.decode()

    assert "Bowl" in page
    assert CartLine.objects.get().cart.user_id == user.id
    assert "guest" not in {k for k, v in visitor.client.cookies.items() if v.value}


def test_orders_of_the_guest_join_too(stall, sandbox, customer, visitor):
    path = buy(visitor, stall, customer)
    user = shop.make_user("cy@accounts.example")
    visitor.client.force_login(user)

    visitor.get("/cart/")

    assert visitor.get(path).status_code == 200
    assert Order.objects.get().user_id == user.id


def test_cookie_of_alpha_means_nothing_in_beta(stall, visitor, beta):
    visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=2)
    elsewhere = Browser(beta)
    elsewhere.client.cookies = visitor.client.cookies

    assert "Your basket is empty" in elsewhere.get("/cart/").content.decode()


def test_count_follows_the_basket(stall, visitor):
    answer = visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=2)
    assert answer["X-Cart-Count"] == "2"

    answer = visitor.get("/cart/")
    assert "data-cart-count>2<" in "".join(answer.content.decode().split())
