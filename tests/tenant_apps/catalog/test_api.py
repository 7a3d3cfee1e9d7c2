"""The catalogue, partners, search and imports over HTTP."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared_apps.kernel import memory
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.catalog.models import Product
from tenant_apps.integrations.domain import imports
from tenant_apps.integrations.models import ImportRun
from tests.factories.catalog import deliver, make_category, make_listing, make_product
from tests.factories.partners import make_person, make_vendor
from tests.world import NOW


def browser(tenant, user=None):
    client = Client(headers={"host": tenant.host})
    if user is not None:
        with tenant_context(tenant):
            client.force_login(user)
    return client


@pytest.fixture
def world(alpha):
    class World:
        tenant = alpha

    with tenant_context(alpha):
        World.owner = make_person()
        World.stranger = make_person("cy@example.com")
        World.operator = make_person("ada@example.com", roles=("operator",))
        World.vendor = make_vendor(owner=World.owner)
        World.other = make_vendor("Volt", owner=World.stranger)
    World.anybody = browser(alpha)
    World.mine = browser(alpha, World.owner)
    World.theirs = browser(alpha, World.stranger)
    World.back = browser(alpha, World.operator)
    World.path = f"/api/v1/vendors/{World.vendor.public_id}"
    return World


def body(title="Linen shirt", **more):
    price = {"amount": "50.00", "currency": "EUR"}
    return {"title": title, "variants": [{"prices": [price], "quantity": 5}], **more}


def post(client, path, data=None):
    return client.post(path, data or {}, content_type="application/json")


def queries_of(run):
    with CaptureQueriesContext(connection) as seen:
        run()
    return len(seen)


def test_a_vendor_brings_a_product_to_the_shop(world):
    made = post(world.mine, f"{world.path}/products", body())
    assert made.status_code == 201, made.content
    product = made.json()
    assert (product["state"], made["ETag"]) == ("draft", '"1"')
    assert product["variants"][0]["price"] == {"amount": "50.00", "currency": "EUR"}
    where = f"{world.path}/products/{product['id']}"

    assert post(world.mine, f"{where}/submission").json()["state"] == "submitted"
    assert post(world.mine, f"{where}/publication").status_code == 403
    assert post(world.back, f"{where}/publication").json()["state"] == "published"
    with tenant_context(world.tenant):
        deliver()

    seen = world.anybody.get(f"/api/v1/products/{product['id']}?expand=vendor,category")
    assert seen.json()["vendor"]["name"] == "Loam Studio"
    listed = world.anybody.get("/api/v1/products?q=linen&expand=facets&fields=title,price").json()
    assert listed["data"] == [
        {
            "id": product["id"],
            "title": "Linen shirt",
            "price": {"amount": "50.00", "currency": "EUR"},
        }
    ]
    assert listed["meta"]["count"] == 1
    assert {group["code"] for group in listed["facets"]} == {"price", "availability", "vendor"}


def test_edits_need_the_present_version(world):
    product = post(world.mine, f"{world.path}/products", body()).json()
    where = f"{world.path}/products/{product['id']}"

    def put(etag, **more):
        return world.mine.put(
            where, body(**more), content_type="application/json", headers={"if-match": etag}
        )

    assert put('"1"', title="Wool shirt").json()["version"] == 2
    late = put('"1"', title="Third")
    assert (late.status_code, late.json()["code"]) == (409, "conflict_version")
    assert late["Content-Type"] == "application/problem+json"


def test_mistakes_are_problems_with_fields(world):
    wrong = post(world.mine, f"{world.path}/products", {"title": "", "variants": []})
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "validation_error"
    bare = post(world.mine, f"{world.path}/products", {"title": "x", "variants": []})
    assert bare.json()["code"] == "invalid_product"
    money = {"title": "x", "variants": [{"prices": [{"amount": "1.234", "currency": "EUR"}]}]}
    assert post(world.mine, f"{world.path}/products", money).status_code == 422
    post(world.mine, f"{world.path}/products", body(slug="lamp"))
    taken = post(world.mine, f"{world.path}/products", body(slug="lamp"))
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    fields = world.anybody.get("/api/v1/products?fields=password")
    assert fields.status_code in {200, 422}


def test_what_is_not_mine_does_not_exist(world):
    product = post(world.mine, f"{world.path}/products", body()).json()
    where = f"{world.path}/products/{product['id']}"
    foreign = f"/api/v1/vendors/{world.other.public_id}/products/{product['id']}"

    for client, path in ((world.theirs, where), (world.theirs, foreign), (world.mine, foreign)):
        assert client.get(path).status_code == 404
        assert client.delete(path).status_code == 404
        assert post(client, f"{path}/submission").status_code == 404
    for path in (f"{world.path}/products", f"{world.path}/stock", f"{world.path}/imports"):
        assert world.theirs.get(path).status_code == 404
        assert world.anybody.get(path).status_code == 401
    assert world.anybody.get(f"/api/v1/products/{product['id']}").status_code == 404
    assert world.mine.get("/api/v1/products/nonsense").status_code == 404


def test_ids_of_another_tenant_are_unknown(world, beta):
    with tenant_context(world.tenant):
        product_id = make_listing(world.vendor)
        deliver()
    there = browser(beta)

    assert there.get(f"/api/v1/products/{public_id('prod', product_id)}").status_code == 404
    assert there.get(f"/api/v1/vendors/{world.vendor.public_id}").status_code == 404
    assert there.get("/api/v1/products?q=linen").json()["data"] == []


def test_stock_is_counted_and_moved(world):
    product = post(world.mine, f"{world.path}/products", body()).json()
    where = f"{world.path}/variants/{product['variants'][0]['id']}/stock"

    assert post(world.mine, where, {"kind": "receive", "change": 3}).json()["on_hand"] == 8
    assert post(world.mine, where, {"on_hand": 2}).json()["available"] == 2
    assert post(world.mine, where, {"note": "?"}).status_code == 422
    assert post(world.theirs, where, {"on_hand": 2}).status_code == 404
    listed = world.mine.get(f"{world.path}/stock").json()["data"]
    assert [(row["title"], row["on_hand"]) for row in listed] == [("Linen shirt", 2)]


def test_a_stranger_cannot_move_stock_through_their_own_vendor(world):
    product = post(world.mine, f"{world.path}/products", body()).json()
    theirs = f"/api/v1/vendors/{world.other.public_id}"

    reply = post(
        world.theirs, f"{theirs}/variants/{product['variants'][0]['id']}/stock", {"on_hand": 0}
    )

    assert reply.status_code == 403


def test_people_apply_and_the_operator_decides(world):
    with tenant_context(world.tenant):
        person = make_person("dee@example.com")
    dee = browser(world.tenant, person)

    made = post(dee, "/api/v1/partners", {"kind": "vendor", "name": "Dee's"})
    where = f"/api/v1/partners/{made.json()['id']}"

    assert (made.status_code, made.json()["state"]) == (201, "applied")
    assert post(dee, f"{where}/approval").status_code == 403
    assert world.mine.get(where).status_code == 404
    assert post(world.back, f"{where}/rejection", {"reason": ""}).status_code == 422
    assert post(world.back, f"{where}/approval").json()["state"] == "approved"
    assert post(world.back, f"{where}/approval").status_code == 409
    assert post(world.back, f"{where}/dance").status_code == 404
    assert world.anybody.get(f"/api/v1/vendors/{made.json()['id']}").json()["slug"] == "dee-s"
    assert [each["name"] for each in world.back.get("/api/v1/partners?q=dee").json()["data"]] == [
        "Dee's"
    ]
    assert [each["name"] for each in dee.get("/api/v1/partners").json()["data"]] == ["Dee's"]
    invited = post(dee, f"{where}/team", {"email": "cy@example.com", "role": "orders"})
    assert invited.status_code == 201
    assert len(dee.get(f"{where}/team").json()["data"]) == 2


def test_files_are_imported_and_reported(world):
    rows = "Handle,Title,Variant Price,Published\na,Alpha,10,true\nb,Beta,cheap,true\n"
    file = SimpleUploadedFile("shop.csv", rows.encode(), "text/csv")

    sent = world.mine.post(f"{world.path}/imports", {"kind": "shopify-products", "file": file})

    assert (sent.status_code, sent.json()["state"]) == (202, "queued")
    where = f"/api/v1/imports/{sent.json()['id']}"
    with tenant_context(world.tenant):
        run_id = ImportRun.objects.get().pk
        imports.run_import(run_id=run_id, now=lambda: NOW)
    status = world.mine.get(where).json()
    assert (status["state"], status["created"], status["percent"]) == (
        "finished",
        {"products": 1, "variants": 1},
        100,
    )
    issues = world.mine.get(f"{where}/issues?severity=error").json()["data"]
    assert [(issue["row"], issue["code"]) for issue in issues] == [
        (3, "bad_value"),
        (3, "missing_price"),
    ]
    assert world.theirs.get(where).status_code == 404
    assert world.theirs.get(f"{where}/issues").status_code == 404
    with tenant_context(world.tenant):
        assert Product.objects.get().state == "submitted"


def test_lists_cost_the_same_for_one_and_three(world):
    paths = [
        (world.anybody, "/api/v1/products"),
        (world.anybody, "/api/v1/products?q=shirt&expand=facets"),
        (world.anybody, "/api/v1/search/suggestions?q=shi"),
        (world.anybody, "/api/v1/vendors"),
        (world.anybody, "/api/v1/categories"),
        (world.mine, f"{world.path}/products"),
        (world.mine, f"{world.path}/stock"),
        (world.back, "/api/v1/partners"),
    ]
    with tenant_context(world.tenant):
        category = make_category()
        make_listing(world.vendor, "Shirt 0", category_id=category)
        deliver()
    for client, path in paths:
        assert client.get(path).status_code == 200
    memory.forget_all()
    one = {path: queries_of(lambda: client.get(path)) for client, path in paths}  # noqa: B023
    with tenant_context(world.tenant):
        for number in (1, 2):
            make_listing(world.vendor, f"Shirt {number}", category_id=make_category(f"C{number}"))
            make_product(world.other, f"Draft {number}")
        deliver()
    memory.forget_all()

    three = {path: queries_of(lambda: client.get(path)) for client, path in paths}  # noqa: B023

    assert three == one
    assert [one[path] for _, path in paths[:5]] == [1, 2, 2, 1, 1]


def test_pages_lead_on(world):
    with tenant_context(world.tenant):
        for number in range(5):
            make_listing(world.vendor, f"Shirt {number}")
        deliver()
    seen, cursor = [], ""
    while cursor is not None:
        page = world.anybody.get(f"/api/v1/products?limit=2&cursor={cursor}").json()
        seen += [item["title"] for item in page["data"]]
        cursor = page["meta"]["next_cursor"]

    assert sorted(seen) == [f"Shirt {number}" for number in range(5)]
    assert world.anybody.get("/api/v1/products?cursor=junk").status_code == 422
    assert world.anybody.get("/api/v1/products?limit=1000").status_code == 422
