"""Promotions as the operator and a vendor work on them, by page and by API."""

from __future__ import annotations

import csv
import io
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.promotions.domain import loyalty
from tenant_apps.promotions.models import GiftCard, Promotion, PromotionCode
from tests.factories.shop import make_user
from tests.tenant_apps.ordering.test_api import Program
from tests.tenant_apps.ordering.test_pages import Browser
from tests.tenant_apps.promotions.conftest import make, order, use
from tests.world import NOW

pytestmark = pytest.mark.django_db

FORM = {
    "title": "Summer",
    "code": "summer-10",
    "kind": "percentage",
    "rate": "12.5",
    "scope": "category",
    "targets": "home/bowls\n/clothes/\n",
    "starts_at": "2026-11-01T00:00",
    "uses_max": "100",
    "is_stackable": "on",
    "bearer": "shared",
    "share": "40",
}


@pytest.fixture
def ada(in_alpha):
    return make_user("ada@alpha.example", roles=("operator",))


@pytest.fixture
def operator(in_alpha, ada):
    return Browser(in_alpha, ada)


def place(promotion_id, surface="manage"):
    return f"/{surface}/promotions/{public_id('promo', promotion_id)}/"


def test_operator_makes_a_promotion(operator):
    answer = operator.post("/manage/promotions/new/", **FORM)

    row = Promotion.objects.get()
    assert answer["Location"] == place(row.id)
    assert (row.bps, row.targets, row.share_bps) == (1250, ["clothes", "home/bowls"], 4000)
    page = operator.get(answer["Location"]).content.decode()
    for text in ("Summer", "SUMMER-10", "12.5%", "0 / 100", "home/bowls", "40%"):
        assert text in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": ""},
        {"targets": ""},
        {"scope": "product", "targets": "prod_nothing"},
        {"scope": "vendor", "targets": "no-such-shop"},
        {"ends_at": "2026-10-01T00:00"},
        {"minimum": "1.005"},
        {"bearer": "shared", "share": ""},
    ],
)
def test_refusals_are_told_at_the_form(operator, wrong):
    answer = operator.post("/manage/promotions/new/", **{**FORM, **wrong})

    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode() or b'role="alert"' in answer.content
    assert not Promotion.objects.exists()


def test_taken_code_is_told(operator):
    make(code="SUMMER10")

    answer = operator.post("/manage/promotions/new/", **FORM)

    assert answer.status_code == 422


def test_shops_are_named_by_their_address(operator, basket):
    form = {**FORM, "scope": "vendor", "targets": "https://x.example/shops/potter\n"}

    operator.post("/manage/promotions/new/", **form)

    assert Promotion.objects.get().targets == [str(basket.potter.id)]


def test_products_are_named_by_the_address_of_their_page(operator):
    product = uuid4()
    address = f"https://x.example/partner/products/{public_id('prod', product)}/?tab=1"

    operator.post("/manage/promotions/new/", **{**FORM, "scope": "product", "targets": address})

    assert Promotion.objects.get().targets == [str(product)]


def test_operator_changes_and_ends_it(operator, basket):
    promotion_id = make()
    use(basket, "TEN")
    form = operator.get(f"{place(promotion_id)}change/").content.decode()
    assert 'value="10"' in form

    changed = operator.post(
        f"{place(promotion_id)}change/", **{**FORM, "scope": "all", "title": "Autumn"}
    )
    operator.post(f"{place(promotion_id)}move/", move="end")
    refused = operator.post(f"{place(promotion_id)}move/", move="resume")

    assert changed["Location"] == refused["Location"] == place(promotion_id)
    row = Promotion.objects.get()
    assert (row.title, row.state, row.codes.get().text) == ("Autumn", "ended", "TEN")
    page = operator.get("/manage/promotions/").content.decode()
    assert "€10.00" in page
    assert "Ended" in page


def test_vouchers_as_a_file(operator):
    promotion_id = make(code="")

    operator.post(f"{place(promotion_id)}vouchers/", count="20")
    operator.post(f"{place(promotion_id)}vouchers/", count="0")
    answer = operator.get(f"{place(promotion_id)}codes.csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["code"] for row in rows} == set(
        PromotionCode.objects.values_list("text", flat=True)
    )
    assert len(rows) == 20


def test_vendor_makes_their_own(basket, in_alpha):
    potter = Browser(in_alpha, basket.potter.user)
    form = {**FORM, "bearer": "operator", "share": "100"}

    answer = potter.post("/partner/promotions/new/", **form)

    row = Promotion.objects.get()
    assert answer["Location"] == place(row.id, "partner")
    assert (row.vendor_id, row.bearer, row.share_bps) == (basket.potter.id, "vendor", 0)
    page = potter.get(answer["Location"]).content.decode()
    assert "Summer" in page
    assert 'name="bearer"' not in potter.get("/partner/promotions/new/").content.decode()


def test_vendor_sees_nothing_of_others(basket, in_alpha):
    theirs = make(basket.potter.actor, basket.potter.id, bearer="vendor", title="Potters week")
    operators = make(code="HOUSE", title="House week")
    weaver = Browser(in_alpha, basket.weaver.user)

    assert b"week" not in weaver.get("/partner/promotions/").content
    for promotion_id in (theirs, operators):
        for part in ("", "change/", "codes.csv"):
            assert weaver.get(f"{place(promotion_id, 'partner')}{part}").status_code == 404
        for part in ("change/", "move/", "vouchers/"):
            answer = weaver.post(f"{place(promotion_id, 'partner')}{part}", move="end", count="1")
            assert answer.status_code == 404
        assert weaver.get(place(promotion_id)).status_code == 403


def test_beta_sees_nothing_of_alpha(operator, beta):
    promotion_id = make()
    with tenant_context(beta):
        bo = make_user("bo@beta.example", roles=("operator",))
        abroad = Browser(beta, bo)
        assert b"Ten off" not in abroad.get("/manage/promotions/").content
        assert abroad.get(place(promotion_id)).status_code == 404
    assert b"Ten off" in operator.get("/manage/promotions/").content


@pytest.mark.parametrize("path", ["/manage/promotions/", "/manage/gift-cards/"])
def test_lists_cost_the_same_for_many(operator, basket, path):
    def queries():
        operator.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert operator.get(path).status_code == 200
        return len(seen)

    def add(name):
        make(basket.potter.actor, basket.potter.id, bearer="vendor", code=name)
        use(basket, name, subject=order(name))
        operator.post("/manage/gift-cards/", amount="20.00", note=name)

    add("ONE")
    one = queries()
    for name in ("TWO", "THREE"):
        add(name)

    assert queries() == one
    assert GiftCard.objects.count() == 3


def test_operator_gives_a_gift_card(operator):
    answer = operator.post("/manage/gift-cards/", amount="25.00", note="Lost parcel")
    card = GiftCard.objects.get()

    assert card.code_end in answer.content.decode()
    (code,) = re.findall(rf"(?:\w{{4}}-){{3}}{card.code_end}", answer.content.decode())
    assert code not in operator.get("/manage/gift-cards/").content.decode()
    operator.post(f"/manage/gift-cards/{card.public_id}/move/", move="block")
    card.refresh_from_db()
    assert card.state == "blocked"
    assert operator.post("/manage/gift-cards/", amount="2").status_code == 422


def test_operator_sets_the_loyalty_credit(operator):
    operator.post("/manage/promotions/", rate="2.5")

    assert loyalty.loyalty_bps() == 250
    assert operator.post("/manage/promotions/", rate="101").status_code == 422


def test_promotions_by_api(basket, ada, in_alpha):
    operator, potter = Program(in_alpha, ada), Program(in_alpha, basket.potter.user)
    wish = {
        "title": "Summer",
        "code": "SUMMER",
        "kind": "fixed",
        "amount": {"amount": "5.00"},
        "starts_at": NOW.isoformat(),
    }

    made = operator.call("POST", "/promotions", wish, key="a", expect=201)
    own = potter.call("POST", "/promotions", {**wish, "code": "POTS"}, key="b", expect=201)
    operator.call("POST", "/promotions", wish, key="c", expect=409)
    vouchers = operator.call("POST", "/promotions", {**wish, "code": ""}, key="d", expect=201)
    operator.call("POST", f"/promotions/{vouchers['id']}/codes", {"count": 3}, key="e", expect=201)

    assert (made["bearer"], made["amount"]["amount"]) == ("operator", "5.00")
    assert (own["bearer"], own["vendor"]) == ("vendor", public_id("part", basket.potter.id))
    assert [each["id"] for each in potter.call("GET", "/promotions")["data"]] == [own["id"]]
    assert len(operator.call("GET", "/promotions")["data"]) == 3
    codes = operator.call("GET", f"/promotions/{vouchers['id']}/codes?unused=true")["data"]
    assert len(codes) == 3
    potter.call("GET", f"/promotions/{made['id']}", expect=404)
    potter.call("POST", f"/promotions/{made['id']}/end", expect=404)
    ended = operator.call("POST", f"/promotions/{made['id']}/end")
    assert ended["status"] == "ended"
    changed = operator.call(
        "PUT",
        f"/promotions/{own['id']}",
        {**wish, "title": "Autumn", "bearer": "vendor"},
        expect=200,
    )
    assert changed["title"] == "Autumn"
    Program(in_alpha).call("GET", "/promotions", expect=401)
    cy = make_user("cy@customers.example", roles=("customer",))
    Program(in_alpha, cy).call("GET", "/promotions", expect=403)
