from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import platform_context, tenant_context
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.catalog.domain import inventory, products
from tenant_apps.catalog.models import Product, ProductImage, Variant
from tenant_apps.catalog.queries import product_with
from tenant_apps.discovery.queries import SearchQuery, search
from tenant_apps.integrations.domain import imports
from tenant_apps.integrations.domain.imports import ImportOrder, RunBusy
from tenant_apps.integrations.models import ImportIssue, ImportRun
from tenant_apps.integrations.queries import all_issues, import_status, imports_of, issues_of
from tenant_apps.partners.models import Partner
from tenant_apps.partners.queries import partner_at
from tests.factories.catalog import deliver, draft_of
from tests.factories.imports import do_import, real_file, write_csv
from tests.factories.partners import actor_for, make_person, make_vendor
from tests.world import ALPHA, NOW

COLUMNS = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Variant SKU",
    "Variant Price",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Published",
)


def product(number, **more):
    return {
        "Handle": f"p-{number}",
        "Title": f"Product {number}",
        "Variant SKU": f"sku-{number}",
        "Variant Price": "10",
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": "3",
        "Published": "true",
        **more,
    }


@pytest.fixture
def catalogue(tmp_path):
    def write(count, **changes):
        rows = [product(number, **changes.get(f"p{number}", {})) for number in range(count)]
        return write_csv(tmp_path / "catalogue.csv", rows, columns=COLUMNS)

    return write


def command(*args, **options):
    out = StringIO()
    with platform_context():
        call_command("import", *args, tenant="alpha", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("name", "products_made", "variants", "images"),
    [
        ("shopify_apparel.csv", 20, 22, 20),
        ("shopify_home_and_garden.csv", 20, 21, 21),
        ("shopify_many_variants.csv", 8, 14, 60),
    ],
)
def test_real_shopify_files_come_in_whole_and_once(in_alpha, name, products_made, variants, images):
    path = real_file(name)

    first = do_import(path)
    again = do_import(path)

    assert first.created == {"products": products_made, "variants": variants, "images": images}
    assert (first.error_count, first.rows_done, first.state) == (0, first.rows_total, "finished")
    assert (again.created, again.updated, again.skipped) == ({}, {}, products_made)
    assert Variant.objects.count() == variants
    assert inventory.discrepancies() == []


def test_a_real_shop_comes_in(in_alpha):
    status = do_import(real_file("shopify_bags_large.csv"))

    assert (status.created["products"], status.created["variants"], status.failed) == (375, 548, 0)
    issues = Counter((issue.severity, issue.code) for issue in all_issues(status.id))
    assert issues == {
        ("warning", "duplicate_sku"): 51,
        ("warning", "no_quantities"): 1,
        ("warning", "gift_card"): 1,
    }
    states = Counter(Product.objects.values_list("state", flat=True))
    assert states == {"published": 269, "draft": 63, "archived": 43}
    for text in Product.objects.values_list("description_html", flat=True):
        assert not any(bad in text for bad in ("<meta", "style=", "data-", "<script", "<span"))
    assert not ProductImage.objects.filter(source_url="").exists()


def test_the_real_woo_file_comes_in(in_alpha):
    status = do_import(real_file("woocommerce_sample_products.csv"), kind="woocommerce-products")
    deliver()

    assert status.created["products"] == 13
    errors = [issue.code for issue in all_issues(status.id) if issue.severity == "error"]
    assert errors == ["unsupported_type", "unsupported_type"]
    hoodie = product_with(Product.objects.get(slug="hoodie").pk)
    assert {variant.sku: variant.price.minor for variant in hoodie.variants} == {
        "cc-hoodie-red": 4200,
        "cc-hoodie-green": 4500,
        "cc-hoodie-blue": 4500,
        "cc-hoodie-red-logo": 4500,
        "cc-hoodie-blue-logo": 4500,
        "cc-hoodie-green-logo": 4500,
    }
    assert [crumb.name for crumb in hoodie.crumbs] == ["Clothing", "Hoodies"]
    found = search(
        SearchQuery(
            facets={"color": frozenset({"red"}), "category": frozenset({"clothing/hoodies"})}
        )
    )
    assert [card.title for card in found.cards] == ["Hoodie"]


def test_a_changed_file_updates_only_what_changed(in_alpha, catalogue):
    do_import(catalogue(5))
    deliver()

    status = do_import(catalogue(6, p2={"Variant Price": "12", "Variant Inventory Qty": "9"}))
    deliver()

    assert (status.created["products"], status.updated["products"], status.skipped) == (1, 1, 4)
    changed = product_with(Product.objects.get(external_ref="p-2").pk)
    assert (changed.prices[0].minor, changed.variants[0].available) == (1200, 9)
    assert search(SearchQuery(text="product 2")).cards[0].price.minor == 1200
    assert inventory.discrepancies() == []


def test_bad_rows_stay_out_and_the_rest_comes_in(in_alpha, catalogue):
    bad = {
        "p1": {"Variant Price": "cheap"},
        "p3": {"Title": ""},
        "p4": {"Variant SKU": "sku-0"},
        "p5": {"Body (HTML)": "x" * 60_000},
        "p6": {"Title": "x" * 301},
    }

    status = do_import(catalogue(8, **bad))

    noticed = [(issue.row, issue.code, issue.severity) for issue in all_issues(status.id)]
    assert noticed == [
        (3, "bad_value", "error"),
        (3, "missing_price", "error"),
        (5, "missing_title", "error"),
        (6, "duplicate_sku", "warning"),
        (7, "invalid_product", "error"),
        (8, "invalid_product", "error"),
    ]
    assert (status.created["products"], status.failed) == (4, 4)
    assert [issue.row for issue in issues_of(status.id, severity="error", limit=2).items] == [3, 3]


def test_the_tier_limits_imports_too(alpha, catalogue):
    from dataclasses import replace
    from types import MappingProxyType

    tier = replace(alpha.tier, limits=MappingProxyType({"listings": 2}))
    with tenant_context(replace(alpha, tier=tier)):
        status = do_import(catalogue(4))

        assert status.created["products"] == Product.objects.count() == 2
        assert {issue.code for issue in all_issues(status.id)} == {"plan_limit_reached"}


def test_vendors_importing_for_themselves_wait_for_approval(in_alpha, catalogue):
    owner = make_person()
    vendor = make_vendor(owner=owner)
    order = ImportOrder("shopify-products", vendor.id, str(catalogue(2)), "c.csv", "EUR")

    run_id = imports.queue_import(order=order, acting=actor_for(owner), at=NOW)
    assert imports.run_import(run_id=run_id, now=lambda: NOW)

    assert set(Product.objects.values_list("state", flat=True)) == {"submitted"}
    assert [status.state for status in imports_of(vendor.id).items] == ["finished"]


def test_strangers_import_nothing(in_alpha, catalogue):
    vendor = make_vendor()
    order = ImportOrder("shopify-products", vendor.id, str(catalogue(1)), "c.csv", "EUR")

    with pytest.raises(Exception, match="role in this team"):
        imports.queue_import(order=order, acting=actor_for(make_person()), at=NOW)


class Killed(BaseException):
    """kill -9, as far as a test can."""


def test_a_killed_import_goes_on_where_it_was(in_alpha, catalogue):
    path = catalogue(120, p60={"Variant Price": "cheap"})

    def die(done, total):
        if done >= 50:
            raise Killed

    vendor = make_vendor()
    order = ImportOrder("shopify-products", vendor.id, str(path), "c.csv", "EUR")
    run_id = imports.queue_import(order=order, acting=SYSTEM, at=NOW)
    with pytest.raises(Killed):
        imports.run_import(run_id=run_id, now=lambda: NOW, progress=die)
    half = import_status(run_id)
    assert (half.state, half.rows_done, Product.objects.count()) == ("running", 50, 50)
    with pytest.raises(RunBusy):
        imports.run_import(run_id=run_id, now=lambda: NOW)
    later = NOW + imports.STALE
    assert imports.stale_runs(at=later) == [run_id]

    assert imports.run_import(run_id=run_id, now=lambda: later)

    whole = import_status(run_id)
    assert (whole.state, whole.created["products"], whole.percent) == ("finished", 119, 100)
    assert Product.objects.count() == 119
    assert ImportIssue.objects.filter(run_id=run_id).count() == 2


def test_a_long_import_takes_breaks(in_alpha, catalogue):
    vendor = make_vendor()
    order = ImportOrder("shopify-products", vendor.id, str(catalogue(120)), "c.csv", "EUR")
    run_id = imports.queue_import(order=order, acting=SYSTEM, at=NOW)
    shares = 1

    while not imports.run_import(run_id=run_id, now=lambda: NOW, stop_at=NOW):
        shares += 1

    assert (shares, Product.objects.count()) == (4, 120)


def test_a_cancelled_import_stops(in_alpha, catalogue):
    vendor = make_vendor()
    order = ImportOrder("shopify-products", vendor.id, str(catalogue(120)), "c.csv", "EUR")
    run_id = imports.queue_import(order=order, acting=SYSTEM, at=NOW)

    def stop(done, total):
        imports.cancel_import(run_id=run_id, acting=SYSTEM, at=NOW)

    with pytest.raises(RunBusy):
        imports.run_import(run_id=run_id, now=lambda: NOW, progress=stop)

    assert import_status(run_id).state == "cancelled"
    assert Product.objects.count() == 50


def test_a_file_that_is_none_fails_with_a_reason(in_alpha, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00\x00")

    status = do_import(path)

    assert (status.state, status.error_count) == ("failed", 1)
    assert "not text" in status.error


def test_a_dry_run_writes_nothing(in_alpha, catalogue):
    before = {model: model.objects.count() for model in (Product, Partner, ImportRun, OutboxEvent)}

    report = command("shopify-products", str(catalogue(3)), vendor="Fresh", dry_run=True)

    assert report["created"] == {"products": 3, "variants": 3}
    assert report["rows"] == 3
    after = {model: model.objects.count() for model in before}
    assert after == before


def test_a_dry_run_by_api_keeps_only_its_report(in_alpha, catalogue):
    vendor = make_vendor()
    order = ImportOrder(
        "shopify-products", vendor.id, str(catalogue(3)), "c.csv", "EUR", is_dry_run=True
    )

    run_id = imports.queue_import(order=order, acting=SYSTEM, at=NOW)
    imports.run_import(run_id=run_id, now=lambda: NOW)

    assert import_status(run_id).created["products"] == 3
    assert not Product.objects.exists()
    assert not OutboxEvent.objects.filter(name__startswith="catalog.").exists()


def test_the_command_prints_the_contract(in_alpha, catalogue):
    path = catalogue(3, p1={"Variant Price": "cheap"})

    report = command("shopify-products", str(path), vendor="Loam Studio")

    assert {"kind", "rows", "created", "updated", "skipped", "errors"} <= report.keys()
    assert (report["kind"], report["rows"]) == ("shopify-products", 3)
    assert report["created"] == {"products": 2, "variants": 2}
    assert report["errors"][0] == {
        "row": 3,
        "field": "Variant Price",
        "code": "bad_value",
        "message": "'cheap' is not a number",
    }
    assert partner_at("loam-studio").state == "approved"
    assert partner_at("loam-studio").id in set(Product.objects.values_list("vendor_id", flat=True))


def test_without_a_vendor_the_house_sells(in_alpha, catalogue):
    command("shopify-products", str(catalogue(1)))

    assert partner_at("alpha").name == ALPHA.name


def test_the_command_refuses_what_it_does_not_know(in_alpha, catalogue):
    with platform_context(), pytest.raises(CommandError, match="no tenant"):
        call_command("import", "shopify-products", str(catalogue(1)), tenant="nobody")
    with pytest.raises(CommandError, match="no file"):
        command("shopify-products", "/nowhere.csv")


def test_imports_stay_in_their_tenant(alpha, beta, catalogue):
    with tenant_context(alpha):
        do_import(catalogue(2))
        deliver()
    with tenant_context(beta):
        assert not Product.objects.exists()
        assert not ImportRun.objects.exists()
        assert search(SearchQuery()).total == 0


def test_an_import_takes_over_the_slug_of_its_handle_when_free(in_alpha, catalogue):
    vendor = make_vendor()
    products.create_product(
        vendor_id=vendor.id, draft=draft_of("Other", slug="p-0"), acting=SYSTEM, at=NOW
    )

    do_import(catalogue(2))

    slugs = Product.objects.exclude(external_ref="").order_by("slug")
    assert list(slugs.values_list("slug", flat=True)) == ["p-0-2", "p-1"]


def test_progress_is_shown_while_it_runs(in_alpha, catalogue):
    seen = []
    vendor = make_vendor()
    order = ImportOrder("shopify-products", vendor.id, str(catalogue(120)), "c.csv", "EUR")
    run_id = imports.queue_import(order=order, acting=SYSTEM, at=NOW)

    imports.run_import(
        run_id=run_id,
        now=lambda: NOW,
        progress=lambda done, total: seen.append((done, total, import_status(run_id).percent)),
    )

    assert seen == [(50, 120, 41), (100, 120, 83), (120, 120, 100)]
