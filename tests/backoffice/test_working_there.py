"""What people do in the back offices, over HTTP and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.catalog.domain import editing
from tenant_apps.catalog.models import Category, Product, ProductImage, StockItem
from tenant_apps.catalog.queries import draft_of
from tenant_apps.integrations.domain.imports import work_on
from tenant_apps.integrations.models import ImportRun
from tenant_apps.partners.queries import partner_of, partner_with
from tests.backoffice.conftest import png, visitor
from tests.backoffice.test_in_browser import CSV
from tests.factories.catalog import make_product, only_variant
from tests.factories.partners import make_applicant, make_person
from tests.world import ALPHA
from themes.models import ThemeVersion
from themes.queries import active_design


@pytest.fixture
def product(house):
    with tenant_context(ALPHA):
        return make_product(house.loam, "Linen shirt", images=())


def place_of(product_id):
    return f"/partner/products/{public_id('prod', product_id)}/"


def test_a_customer_applies_and_the_operator_approves(house, customer, operator):
    form = {
        "name": "Cy's Candles",
        "about": "Beeswax",
        "contact_email": "cy@example.com",
        "country": "PT",
    }
    assert customer.post("/partner/apply/", form)["Location"] == "/partner/apply/"
    assert b"Your application is being looked at" in customer.get("/partner/").content
    with tenant_context(ALPHA):
        applied = partner_of(house.customer)
    decide = f"/manage/partners/{applied.public_id}/decision/"
    operator.post(decide, {"decision": "approve"})

    with tenant_context(ALPHA):
        assert partner_with(applied.id).state == "approved"


def test_a_rejection_needs_a_reason_which_the_shop_reads(house, operator):
    with tenant_context(ALPHA):
        sol = make_person("sol@example.com")
        applicant = make_applicant(sol)
    decide = f"/manage/partners/{applicant.public_id}/decision/"
    operator.post(decide, {"decision": "reject", "reason": " "})
    with tenant_context(ALPHA):
        assert partner_with(applicant.id).state == "applied"
    operator.post(decide, {"decision": "reject", "reason": "Tell us more."})
    theirs = visitor(sol)

    assert b"Tell us more." in theirs.get("/partner/apply/").content
    theirs.post("/partner/apply/again/", {"note": "Here is more"})
    with tenant_context(ALPHA):
        assert partner_with(applicant.id).state == "applied"


def test_a_new_product_comes_with_its_pictures(house, vendor):
    form = {
        "title": "Moon jar",
        "description": "White & round\n\nFired twice",
        "price": "84.00",
        "quantity": "2",
        "pictures": [SimpleUploadedFile("a.png", png()), SimpleUploadedFile("b.png", png("#123"))],
    }
    answer = vendor.post("/partner/products/new/", form)

    assert answer.status_code == 302
    with tenant_context(ALPHA):
        made = Product.objects.get(title="Moon jar")
        assert ProductImage.objects.filter(product=made).count() == 2
        assert made.description_html == "<p>White &amp; round</p>\n\n<p>Fired twice</p>"
        assert [str(price.decimal()) for price in draft_of(made.id).prices] == ["84.00"]
    assert vendor.get(answer["Location"]).status_code == 200


def test_mistakes_are_shown_at_their_fields(house, vendor):
    form = {"title": "", "price": "much", "quantity": "-1"}
    answer = vendor.post("/partner/products/new/", form)

    assert answer.status_code == 422
    assert answer.content.count(b'class="error"') == 3


def test_choices_become_variants_and_keep_their_prices(house, vendor, product):
    options = {"option-0-name": "Size", "option-0-values": "S, M, L"}
    vendor.post(f"{place_of(product)}options/", options)
    prices = {
        "variant-0-is_offered": "on",
        "variant-0-price": "50",
        "variant-0-sku": "LS-S",
        "variant-1-is_offered": "on",
        "variant-1-price": "52.50",
        "variant-1-compare_at": "60",
        "variant-2-price": "50",
    }
    vendor.post(f"{place_of(product)}variants/", prices)
    vendor.post(f"{place_of(product)}options/", {**options, "option-0-values": "M, S"})

    with tenant_context(ALPHA):
        found = {v.label: (v.price.minor, v.sku) for v in draft_of(product).variants}
    assert found == {"M": (5250, ""), "S": (5000, "LS-S")}


def test_pictures_are_added_ordered_described_and_removed(house, vendor, product):
    place = place_of(product)
    files = [
        SimpleUploadedFile(f"{n}.png", png(colour))
        for n, colour in enumerate(("#111", "#222", "#333"))
    ]
    vendor.post(f"{place}uploads/", {"pictures": files})
    rows = {
        "picture-0-position": "2",
        "picture-0-alt": "From behind",
        "picture-1-position": "1",
        "picture-1-alt": "From the front",
        "picture-2-position": "3",
        "picture-2-is_removed": "on",
    }
    vendor.post(f"{place}pictures/", rows)

    with tenant_context(ALPHA):
        assert [image.alt for image in draft_of(product).images] == [
            "From the front",
            "From behind",
        ]


def test_a_file_that_is_no_picture_is_refused_in_words(house, vendor, product):
    upload = {"pictures": [SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")]}
    vendor.post(f"{place_of(product)}uploads/", upload)

    assert b"not a JPEG, PNG or WebP" in vendor.get(place_of(product)).content


def test_texts_keep_what_the_form_does_not_show(house, vendor, product):
    with tenant_context(ALPHA):
        Product.objects.filter(pk=product).update(attributes={"glaze": "celadon"}, is_featured=True)
    vendor.post(place_of(product), {"title": "Shirt", "description": "New", "tags": "a, b, a"})

    with tenant_context(ALPHA):
        row = Product.objects.get(pk=product)
        stored = editing.stored_product(product, vendor_id=house.loam.id)
    assert (row.title, row.attributes, row.is_featured) == ("Shirt", {"glaze": "celadon"}, True)
    assert (row.summary, row.tags) == ("New", ["a", "b"])
    assert len(stored.draft.variants) == 1


def test_a_product_goes_to_review_and_back_and_live(house, vendor, operator, product):
    public = public_id("prod", product)
    vendor.post(f"{place_of(product)}move/", {"move": "submit"})
    operator.post(f"/manage/approvals/{public}/reject/", {"reason": "A picture, please"})
    assert b"A picture, please" in vendor.get(place_of(product)).content
    vendor.post(f"{place_of(product)}move/", {"move": "submit"})
    operator.post(f"/manage/approvals/{public}/approve/")

    with tenant_context(ALPHA):
        assert Product.objects.get(pk=product).state == "published"
    refused = vendor.post(f"{place_of(product)}move/", {"move": "submit"})
    assert refused.status_code == 302
    assert b"Cannot submit while published" in vendor.get(place_of(product)).content


def test_a_counted_shelf_is_the_stock_and_only_ones_own(house, vendor, product):
    with tenant_context(ALPHA):
        mine = only_variant(product)
        theirs = only_variant(make_product(house.fern, "Fan"))
    vendor.post(f"/partner/stock/{public_id('var', mine)}/count/", {"on_hand": "17"})
    refused = vendor.post(f"/partner/stock/{public_id('var', theirs)}/count/", {"on_hand": "17"})

    with tenant_context(ALPHA):
        assert StockItem.objects.get(pk=mine).on_hand == 17
        assert StockItem.objects.get(pk=theirs).on_hand == 5
    assert refused.status_code == 404


def test_an_import_is_tried_then_done_for_good(house, vendor):
    file = SimpleUploadedFile("shop.csv", CSV.encode())
    sent = vendor.post(
        "/partner/imports/", {"kind": "shopify-products", "file": file, "is_dry_run": "on"}
    )
    waiting = vendor.get(sent["Location"])
    assert b'http-equiv="refresh"' in waiting.content
    _work()
    tried = vendor.get(sent["Location"])
    assert b'http-equiv="refresh"' not in tried.content
    assert b"not-a-price" in tried.content
    with tenant_context(ALPHA):
        assert not Product.objects.exists()
    again = vendor.post(f"{sent['Location']}again/")
    _work()

    assert vendor.get(again["Location"], HTTP_HX_REQUEST="true").status_code == 200
    with tenant_context(ALPHA):
        assert Product.objects.filter(title="Moon jar").exists()
    assert visitor(house.fern_owner).get(again["Location"]).status_code == 404


def _work():
    with tenant_context(ALPHA):
        run = ImportRun.objects.order_by("-created_at").first()
        work_on(run_id=run.id, now=now, budget=timedelta(minutes=1))


def test_a_team_grows_and_keeps_its_owner(house, vendor):
    with tenant_context(ALPHA):
        mira = make_person("mira@example.com")
    vendor.post("/partner/team/", {"email": "mira@example.com", "role": "accounting"})
    theirs = visitor(mira)
    assert theirs.get("/partner/").status_code == 200
    assert theirs.get("/partner/products/").status_code == 403
    vendor.post(f"/partner/team/{mira.public_id}/role/", {"role": "inventory"})
    assert theirs.get("/partner/products/").status_code == 200
    vendor.post(f"/partner/team/{house.loam_owner.public_id}/removal/")

    assert b"owner first" in vendor.get("/partner/team/").content
    unknown = vendor.post("/partner/team/", {"email": "who@example.com", "role": "orders"})
    assert unknown.status_code == 422


def test_the_profile_is_edited_with_a_logo(house, vendor):
    form = {"name": "Loam & Co", "about": "Clay", "logo": SimpleUploadedFile("l.png", png())}
    assert vendor.post("/partner/settings/", form).status_code == 302

    with tenant_context(ALPHA):
        partner = partner_with(house.loam.id)
    assert partner.name == "Loam & Co"
    assert partner.logo_file_id is not None


def test_the_brand_changes_at_once_and_comes_back(house, operator):
    form = {
        "theme": "metro",
        "brand_name": "Voltway",
        "announcement": "Free delivery today",
        "icon": "zap",
        "brand": "#0055ff",
    }
    assert operator.post("/manage/brand/", form).status_code == 302
    home = visitor().get("/").content
    assert b"Voltway" in home
    assert b"Free delivery today" in home
    with tenant_context(ALPHA):
        assert active_design().chain[0] == "metro"
        first = ThemeVersion.objects.get(number=1)
    operator.post(f"/manage/brand/versions/{first.id}/restore/")

    with tenant_context(ALPHA):
        assert active_design().brand_name == "Alpha"
        assert ThemeVersion.objects.count() == 3
    assert operator.post("/manage/brand/", {**form, "brand": "red;}"}).status_code == 422


def test_categories_are_added_moved_and_only_removed_when_empty(house, operator):
    operator.post("/manage/categories/", {"name": "Clay", "position": "0"})
    with tenant_context(ALPHA):
        clay = Category.objects.get(name="Clay")
        make_product(house.loam, "Bowl", category_id=clay.id)
    public = public_id("cat", clay.id)
    operator.post(f"/manage/categories/{public}/", {"name": "Ceramics", "position": "1"})
    operator.post(f"/manage/categories/{public}/removal/")

    with tenant_context(ALPHA):
        assert Category.objects.get().path == "ceramics"
    assert b"elsewhere first" in operator.get("/manage/categories/").content


def test_only_the_operator_makes_staff(house, operator, customer):
    grant = f"/manage/people/{house.customer.public_id}/grant/"
    operator.post(grant, {"role": "staff"})
    assert customer.get("/manage/").status_code == 200
    assert customer.post(grant, {"role": "operator"}).status_code == 403
    operator.post(f"/manage/people/{house.operator.public_id}/revoke/", {"role": "operator"})

    assert operator.get("/manage/people/").status_code == 200
