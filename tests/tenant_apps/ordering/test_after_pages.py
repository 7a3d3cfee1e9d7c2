"""The pages after a sale, as customer, two vendors and the operator use them; without scripts."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.kernel.ids import public_id
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.catalog.models import Product
from tenant_apps.ordering import queries
from tenant_apps.ordering.models import (
    Claim,
    Document,
    DownloadGrant,
    Fulfilment,
    Order,
    OrderLine,
    Return,
    VendorOrder,
)
from tenant_apps.ordering.views.after_showing import shown_parts
from tests.factories import shop
from tests.tenant_apps.ordering.aftermath import open_shop, refunds, settle
from tests.tenant_apps.ordering.test_pages import FORM, Browser, variant

pytestmark = pytest.mark.django_db


class World:
    """A guest who bought three bowls and a scarf, both vendors, the operator."""

    def __init__(self, tenant, customer):
        self.stall = open_shop()
        self.cy = Browser(tenant)
        self.potter = Browser(tenant, self.stall.potter.user)
        self.weaver = Browser(tenant, self.stall.weaver.user)
        self.ada = Browser(tenant, shop.make_user("ada@alpha.example", roles=("operator",)))
        self.buy(customer, (self.stall.bowl, 3), (self.stall.scarf, 1))

    def buy(self, customer, *items):
        for item, quantity in items:
            self.cy.post("/cart/lines/", variant=variant(item), quantity=quantity)
        answer = self.cy.post("/checkout/", **FORM)
        assert answer.status_code == 303, answer.content
        back = customer.pay(answer["Location"])
        self.path = self.cy.get(back.split("localhost:8000")[-1])["Location"]
        deliver_pending(at=now())

    @property
    def part(self):
        return VendorOrder.objects.filter(vendor_id=self.stall.potter.id).latest("created_at")

    @property
    def line(self):
        return public_id("line", OrderLine.objects.get(vendor_order=self.part).id)

    @property
    def own(self):
        return f"{self.path}parts/{public_id('vord', self.part.id)}/"

    @property
    def work(self):
        return f"/partner/orders/{public_id('vord', self.part.id)}/"

    def send(self):
        assert self.potter.post(f"{self.work}fulfilment/", carrier="Post").status_code == 303
        assert self.potter.post(f"{self.work}delivery/").status_code == 303
        settle()


@pytest.fixture
def world(in_alpha, sandbox, customer):
    return World(in_alpha, customer)


def text(answer, status=200):
    assert answer.status_code == status, answer.content
    return re.sub(r"\s+", " ", answer.content.decode())


def test_customer_cancels_some(world):
    assert "How many of each" in text(world.cy.get(f"{world.own}cancellation/"))
    nothing = world.cy.post(f"{world.own}cancellation/", **{f"q_{world.line}": "0"})
    assert "Choose how many" in text(nothing, 422)
    answer = world.cy.post(f"{world.own}cancellation/", **{f"q_{world.line}": "1"})
    assert answer.status_code == 303
    settle()

    page = text(world.cy.get(world.path))
    assert "1 cancelled" in page
    assert "€17.99 paid back" in page
    assert refunds() == [1799]


def test_customer_cancels_all(world):
    assert "Cancel the whole order" in text(world.cy.get(world.path))
    assert world.cy.post(f"{world.path}cancellation/").status_code == 303
    settle()

    assert set(VendorOrder.objects.values_list("state", flat=True)) == {"cancelled"}
    assert world.cy.post(f"{world.path}cancellation/").status_code == 409


def test_address_changes_in_the_same_country(world):
    assert "1 Quay Street" in text(world.cy.get(f"{world.path}address/"))
    moved = {**FORM, "line1": "2 Shop Street", "region": "", "country": "FR"}
    assert world.cy.post(f"{world.path}address/", **moved).status_code == 303
    assert Order.objects.get().address["country"] == "IE"
    assert "2 Shop Street" in text(world.potter.get(world.work))
    world.potter.post(f"{world.work}processing/")
    assert "being prepared" in text(world.cy.post(f"{world.path}address/", **moved), 422)


def test_vendor_sends_in_two_parcels(world):
    page = text(world.potter.get(world.work))
    assert "Mark as sent" in page
    sent = {f"q_{world.line}": "1", "carrier": "Post", "tracking_number": "TN1"}
    assert world.potter.post(f"{world.work}fulfilment/", **sent).status_code == 303
    too_many = {f"q_{world.line}": "3"}
    assert world.potter.post(f"{world.work}fulfilment/", **too_many).status_code == 422
    assert "TN1" in text(world.cy.get(world.path))
    parcel = public_id("ful", Fulfilment.objects.get().id)
    assert world.potter.post(f"{world.work}parcels/{parcel}/delivery/").status_code == 303
    assert world.potter.post(f"{world.work}fulfilment/").status_code == 303
    assert world.cy.post(f"{world.own}receipt/").status_code == 303
    settle()

    assert world.part.state == "delivered"
    assert "A parcel arrived" in text(world.potter.get(world.work))


def test_return_from_asking_to_money(world):
    world.send()
    assert "Send something back" in text(world.cy.get(world.path))
    asked = {f"q_{world.line}": "1", "reason": "unwanted", "note": "Too blue"}
    assert "Ask to send it back" in text(world.cy.get(f"{world.own}return/"))
    assert world.cy.post(f"{world.own}return/", **asked).status_code == 303
    found = Return.objects.get()
    base = f"/partner/returns/{public_id('ret', found.id)}/"

    assert found.number in text(world.potter.get("/partner/returns/"))
    assert "Too blue" in text(world.potter.get(base))
    assert world.weaver.get(base).status_code == 404
    assert found.number not in text(world.weaver.get("/partner/returns/"))
    refused = world.potter.post(f"{base}answer/", decision="refuse", answer="")
    assert "Tell the customer why" in text(refused, 422)
    assert world.potter.post(f"{base}answer/", decision="approve").status_code == 303
    assert world.potter.post(f"{base}receipt/").status_code == 303
    wrong = {f"restocked_{world.line}": "0"}
    assert world.potter.post(f"{base}inspection/", **wrong).status_code == 422
    right = {f"restocked_{world.line}": "1"}
    assert world.potter.post(f"{base}inspection/", **right).status_code == 303
    settle()

    assert refunds() == [1799]
    page = text(world.cy.get(world.path))
    assert "Paid back" in page
    assert "Credit note" in page
    assert found.number in text(world.ada.get("/manage/returns/?state=all"))


def test_claim_is_decided_by_the_operator(world):
    world.potter.post(f"{world.work}fulfilment/", carrier="Post")
    asked = {f"q_{world.line}": "3", "kind": "never_arrived", "note": "Nothing came"}
    assert world.cy.post(f"{world.own}claim/", **asked).status_code == 303
    claim = Claim.objects.get()
    public = public_id("clm", claim.id)
    told = world.potter.post(f"{world.work}claims/{public}/answer/", answer="I sent it")
    assert told.status_code == 303
    assert world.weaver.post(f"{world.work}claims/{public}/answer/").status_code == 404
    assert claim.number in text(world.ada.get("/manage/claims/"))
    page = f"/manage/claims/{public}/"
    assert "I sent it" in text(world.ada.get(page))
    assert world.potter.get(page).status_code == 403
    assert world.ada.post(page, decision="refund").status_code == 422
    assert world.ada.post(page, decision="refund", note="Lost").status_code == 303
    settle()

    assert refunds() == [5397, 490]
    assert "Lost" in text(world.cy.get(world.path))


def test_documents_are_for_those_of_the_order(world, in_alpha):
    world.send()
    found = Document.objects.get()
    public = public_id("doc", found.id)

    for reader, page in (
        (world.cy, world.path),
        (world.potter, world.work),
        (world.ada, f"/manage{world.path}"),
    ):
        assert found.number in text(reader.get(page))
        answer = reader.get(f"{page}documents/{public}/")
        assert answer.status_code == 303
        assert reader.get(answer["Location"]).content.startswith(b"%PDF")
    theirs = VendorOrder.objects.get(vendor_id=world.stall.weaver.id)
    other = f"/partner/orders/{public_id('vord', theirs.id)}/documents/{public}/"
    assert world.weaver.get(other).status_code == 404
    assert Browser(in_alpha).get(f"{world.path}documents/{public}/").status_code == 404


def test_operator_gives_back_and_cancels(world):
    base = f"/manage{world.path}"
    refund = f"{base}parts/{public_id('vord', world.part.id)}/refund/"
    assert "Give money back" in text(world.ada.get(base))
    assert "at most" in text(world.ada.get(refund))
    amounts = {f"a_{world.line}": "2.50", "delivery": "4.90", "reason": "late"}
    assert world.ada.post(refund, **{**amounts, "delivery": "4.91"}).status_code == 422
    assert world.ada.post(refund, **amounts).status_code == 303
    theirs = VendorOrder.objects.get(vendor_id=world.stall.weaver.id)
    part = f"{base}parts/{public_id('vord', theirs.id)}/cancellation/"
    assert world.ada.post(part, reason="closed").status_code == 303
    assert world.ada.post(f"{base}cancellation/", reason="all").status_code == 303
    settle()

    assert refunds() == [740, theirs.total_minor, 5397 - 250]
    assert Order.objects.get().state == "placed"


def test_vendor_gives_back(world):
    amounts = {f"a_{world.line}": "1.00", "reason": "a scratch"}
    assert world.potter.post(f"{world.work}refund/", **amounts).status_code == 303
    assert world.weaver.post(f"{world.work}refund/", **amounts).status_code == 404
    assert world.potter.post(f"{world.work}refund/", reason="x").status_code == 422
    settle()
    assert refunds() == [100]


def test_terms_are_the_operators(world):
    page = "/manage/orders/settings/"
    assert 'value="14"' in text(world.ada.get(page))
    terms = {
        "silent_days": "3",
        "delivery_days": "10",
        "return_days": "30",
        "answer_days": "2",
        "send_back_days": "14",
        "restocking_percent": "12.5",
    }
    assert world.ada.post(page, **terms).status_code == 303
    assert 'value="12.5' in text(world.ada.get(page))
    assert world.ada.post(page, **{**terms, "silent_days": "-1"}).status_code == 422
    assert world.potter.post(page, **terms).status_code == 403


def test_vendor_never_sees_the_other(world):
    world.send()
    theirs = VendorOrder.objects.get(vendor_id=world.stall.weaver.id)
    for page in ("/partner/orders/", world.work, "/partner/returns/", "/partner/digital/"):
        found = text(world.potter.get(page))
        for secret in ("Scarf", "Weaver", "39.99", theirs.number, "cy@customers.example"):
            assert secret not in found
    base = f"/partner/orders/{public_id('vord', theirs.id)}"
    for action in ("processing", "fulfilment", "delivery", "cancellation", "refund"):
        assert world.potter.post(f"{base}/{action}/").status_code == 404
    stranger = f"{world.path}parts/{public_id('vord', theirs.id)}"
    for action in ("cancellation", "return", "claim", "receipt"):
        assert world.potter.post(f"{stranger}/{action}/").status_code == 404


def test_digital_goods(world, customer):
    song = shop.make_item(world.stall.potter, "Song", price="3.00", stock=9)
    Product.objects.filter(id=song.product_id).update(is_digital=True)
    page = f"/partner/digital/{variant(song)}/"
    assert "Song" in text(world.potter.get("/partner/digital/"))
    assert "What buyers get" in text(world.potter.get(page))
    assert world.weaver.get(page).status_code == 404
    empty = world.potter.post(page, download_limit="1", valid_days="0")
    assert "Add a file" in text(empty, 422)
    with bound(None):
        answer = world.potter.client.post(
            page,
            {
                "upload": SimpleUploadedFile("song.flac", b"la la la"),
                "download_limit": "1",
                "valid_days": "0",
                "has_keys": "on",
            },
        )
    assert answer.status_code == 303
    keys = world.potter.post(f"{page}keys/", keys="KEY-1\nKEY-2\nKEY-1")
    assert keys.status_code == 303
    assert "2 free" in text(world.potter.get(page))
    world.buy(customer, (song, 1))
    settle()

    assert re.search("KEY-[12]", text(world.cy.get("/downloads/")))
    grant = public_id("dl", DownloadGrant.objects.get().id)
    answer = world.cy.post(f"/downloads/{grant}/")
    assert world.cy.get(answer["Location"]).content == b"la la la"
    assert world.cy.post(f"/downloads/{grant}/").status_code == 409
    assert "as often as it may be" in text(world.cy.get("/downloads/"))
    assert world.potter.post(f"/downloads/{grant}/").status_code == 403


def test_parts_cost_the_same_however_many(world, in_alpha, django_assert_num_queries):
    """One part or two, with or without returns: four queries, and two for lines of returns."""
    world.send()
    order = queries.any_order(Order.objects.get().id)
    with django_assert_num_queries(4):
        shown_parts(order.parts[:1], at=now())
    with django_assert_num_queries(4):
        shown_parts(order.parts, at=now())
    asked = {f"q_{world.line}": "1", "reason": "unwanted"}
    for _ in range(2):
        assert world.cy.post(f"{world.own}return/", **asked).status_code == 303
    with django_assert_num_queries(6):
        shown_parts(order.parts, at=now())
