"""The API after a sale: customers, vendors and the operator, each within their own."""

from __future__ import annotations

import json

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import public_id
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.models import OrderLine, VendorOrder
from tests.factories import shop
from tests.tenant_apps.ordering.aftermath import open_shop, refunds, settle
from tests.tenant_apps.ordering.test_api import CHECKOUT, Program, variant

pytestmark = pytest.mark.django_db


class Programs:
    """One for the guest, for each vendor and for the operator; keys count up."""

    def __init__(self, tenant, customer):
        self.stall = open_shop()
        self.cy, self.keys = Program(tenant), 0
        self.potter = Program(tenant, self.stall.potter.user)
        self.weaver = Program(tenant, self.stall.weaver.user)
        self.ada = Program(tenant, shop.make_user("ada@alpha.example", roles=("operator",)))
        for item, quantity in ((self.stall.bowl, 3), (self.stall.scarf, 1)):
            cart = self.cy.call(
                "POST",
                "/cart/lines",
                {"variant": variant(item), "quantity": quantity},
                expect=201,
            )
            self.cy.token = cart["token"]
        started = self.cy.call("POST", "/checkout", CHECKOUT, key="buy", expect=201)
        back = customer.pay(started["redirect_url"])
        self.cy.client.get(back.split("localhost:8000")[-1])
        deliver_pending(at=now())
        self.order = f"/orders/{started['order']}"
        part = VendorOrder.objects.get(vendor_id=self.stall.potter.id)
        self.part = public_id("vord", part.id)
        self.line = public_id("line", OrderLine.objects.get(vendor_order=part).id)
        self.work = f"/partner/orders/{self.part}"

    def do(self, who, path, body=None, *, method="POST", expect=201):
        self.keys += 1
        return who.call(method, path, body or {}, key=f"k{self.keys}", expect=expect)

    def items(self, count):
        return [{"line": self.line, "quantity": count}]


@pytest.fixture
def programs(in_alpha, sandbox, customer):
    return Programs(in_alpha, customer)


def test_cancelling_by_line_part_and_whole(programs):
    do, cy = programs.do, programs.cy
    one = {"vendor_order": programs.part, "lines": programs.items(1)}
    order = do(cy, f"{programs.order}/cancellation", one)
    assert order["vendor_orders"][0]["lines"][0]["cancelled"] == 1
    four = {"vendor_order": programs.part, "lines": programs.items(4)}
    assert do(cy, f"{programs.order}/cancellation", four, expect=422)["code"] == "bad_quantities"
    do(programs.weaver, f"{programs.work}/cancellation", expect=404)
    assert do(programs.potter, f"{programs.work}/cancellation")["status"] == "cancelled"
    assert do(cy, f"{programs.order}/cancellation")["status"] == "cancelled"
    again = do(cy, f"{programs.order}/cancellation", expect=409)
    assert again["code"] == "too_late_to_cancel"
    settle()

    assert refunds() == [1799, 3598 + 490, 3999 + 490]


def test_the_same_key_cancels_once(programs):
    body = {"vendor_order": programs.part, "lines": programs.items(1)}
    path = f"{programs.order}/cancellation"
    first = programs.cy.call("POST", path, body, key="same", expect=201)
    assert programs.cy.call("POST", path, body, key="same", expect=201) == first
    settle()
    assert refunds() == [1799]


def test_seeds_status_moves_a_part(programs):
    do, potter = programs.do, programs.potter
    path = f"{programs.work}/status"
    assert do(potter, path, {"status": "processing"}, method="PUT", expect=200)["status"] == (
        "processing"
    )
    part = {"status": "shipped", "carrier": "Post", "lines": programs.items(1)}
    sent = do(potter, path, part, method="PUT", expect=200)
    assert (sent["status"], len(sent["parcels"])) == ("partially_shipped", 1)
    do(potter, path, {"status": "shipped"}, method="PUT", expect=200)
    done = do(potter, path, {"status": "delivered"}, method="PUT", expect=200)
    assert done["status"] == "delivered"
    kinds = [each["kind"] for each in potter.call("GET", f"{programs.work}/timeline")["data"]]
    assert kinds[:3] == ["confirmed", "processing", "partially_shipped"]
    settle()


def arrive(programs):
    programs.do(
        programs.potter, f"{programs.work}/status", {"status": "shipped"}, method="PUT", expect=200
    )
    programs.do(programs.cy, f"{programs.order}/receipt", {"vendor_order": programs.part})
    settle()


def test_return_by_api(programs):
    do, potter = programs.do, programs.potter
    body = {"vendor_order": programs.part, "lines": programs.items(2), "reason": "unwanted"}
    early = do(programs.cy, f"{programs.order}/returns", body, expect=409)
    assert early["code"] == "not_delivered_yet"
    arrive(programs)
    found = do(programs.cy, f"{programs.order}/returns", body)
    base = f"/partner/returns/{found['id']}"
    programs.weaver.call("GET", base, expect=404)
    assert [each["id"] for each in potter.call("GET", "/partner/returns")["data"]] == [found["id"]]
    do(potter, f"{base}/answer", {"decision": "approve"})
    do(potter, f"{base}/receipt")
    looked = [{"line": programs.line, "restocked": 1, "refused": 1}]
    done = do(potter, f"{base}/inspection", {"lines": looked})
    settle()

    assert (done["status"], done["refund"]["amount"]) == ("refunded", "17.99")
    papers = programs.cy.call("GET", f"{programs.order}/documents")["data"]
    assert [each["kind"] for each in papers] == ["invoice", "credit_note"]
    assert programs.cy.client.get(papers[0]["url"]).content.startswith(b"%PDF")


def test_claim_by_api(programs):
    arrive(programs)
    body = {
        "vendor_order": programs.part,
        "lines": programs.items(1),
        "kind": "damaged",
        "note": "In two pieces",
    }
    claim = programs.do(programs.cy, f"{programs.order}/claims", body)
    listed = programs.ada.call("GET", "/manage/claims?status=open")["data"]
    assert [each["id"] for each in listed] == [claim["id"]]
    path = f"/manage/claims/{claim['id']}/decision"
    decision = {"decision": "refund", "note": "It shows on the picture", "amount": "5.00"}
    programs.do(programs.potter, path, decision, expect=403)
    done = programs.do(programs.ada, path, decision)
    settle()

    assert (done["status"], done["refund"]["amount"]) == ("refunded", "5.00")
    assert refunds() == [500]


def test_operator_lists_and_gives_back(programs):
    customer = public_id("user", programs.stall.potter.user.id)
    vendor = public_id("part", programs.stall.weaver.id)
    assert len(programs.ada.call("GET", f"/manage/orders?vendor={vendor}")["data"]) == 1
    assert programs.ada.call("GET", f"/manage/orders?customer={customer}")["data"] == []
    assert programs.ada.call("GET", f"/manage{programs.order}")["timeline"]
    programs.potter.call("GET", "/manage/orders", expect=403)
    path = f"/manage/vendor-orders/{programs.part}/refunds"
    body = {
        "lines": [{"line": programs.line, "amount": "2.00"}],
        "delivery": "4.90",
        "reason": "late",
    }
    programs.do(programs.ada, path, body)
    programs.do(programs.potter, f"{programs.work}/refunds", {"reason": "x"}, expect=422)
    settle()
    assert refunds() == [690]


def test_address_and_timeline(programs):
    moved = {**CHECKOUT["address"], "line1": "2 Shop Street"}
    order = programs.cy.call("PUT", f"{programs.order}/address", moved)
    assert order["address"]["line1"] == "2 Shop Street"
    abroad = {**moved, "country": "FR", "postcode": "75001"}
    refused = programs.cy.call("PUT", f"{programs.order}/address", abroad, expect=422)
    assert refused["code"] == "place_is_fixed"
    events = programs.cy.call("GET", f"{programs.order}/timeline")["data"]
    assert "address_changed" in [each["kind"] for each in events]


def test_a_vendor_reads_only_their_own(programs):
    arrive(programs)
    theirs = VendorOrder.objects.get(vendor_id=programs.stall.weaver.id)
    base = f"/partner/orders/{public_id('vord', theirs.id)}"
    for path in ("", "/timeline", "/documents"):
        programs.potter.call("GET", f"{base}{path}", expect=404)
    seen = [
        programs.potter.call("GET", f"{programs.work}{path}")
        for path in ("", "/timeline", "/documents")
    ]
    for secret in ("Scarf", "Weaver", "39.99", theirs.number, "cy@customers.example"):
        assert secret not in json.dumps(seen)
    programs.potter.call("GET", programs.order, expect=404)
