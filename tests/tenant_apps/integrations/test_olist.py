"""Real orders of many sellers, taken over as if they had been made here, and the books balance."""

from __future__ import annotations

import csv
import gzip
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from shared_apps.kernel.context import tenant_context
from shared_apps.ledger.domain.checks import check_books
from tenant_apps.integrations.domain.olist_files import read_olist
from tenant_apps.integrations.domain.rows import UnreadableFile
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.payments.models import Payment
from tenant_apps.reviews.models import Review
from tests.factories.imports import CATALOGUES
from tests.world import ALPHA

pytestmark = pytest.mark.django_db
OLIST = CATALOGUES.parent / "olist"
EVERY = 100  # every so many orders, and all of several sellers among the first of them
needs_data = pytest.mark.skipif(
    not OLIST.is_dir(), reason="the data of Olist is not on this machine"
)


def real_files():
    return sorted(OLIST.glob("*.csv.gz"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Some dozens of the real orders, of every status, with all the rows they refer to."""
    olist = read_olist(real_files())
    sales = list(olist.sales())
    several = [sale for sale in sales if len({item.seller_id for item in sale.items}) > 1]
    chosen = {sale.order_id for sale in [*sales[::EVERY], *several[:6]]}
    folder = tmp_path_factory.mktemp("olist")
    for path in real_files():
        with gzip.open(path, "rt", encoding="utf-8", newline="") as source:
            reader = csv.DictReader(source)
            rows = [row for row in reader if row.get("order_id", "") in {*chosen, ""}]
        with (folder / path.name.removesuffix(".gz")).open("w", newline="") as target:
            writer = csv.DictWriter(target, reader.fieldnames or ())
            writer.writeheader()
            writer.writerows(rows)
    return sorted(folder.iterdir()), [sale for sale in sales if sale.order_id in chosen]


def run(paths, *options):
    out = StringIO()
    call_command(
        "import", "olist", *map(str, paths), "--tenant", ALPHA.slug, "--json", *options, stdout=out
    )
    return json.loads(out.getvalue())


@needs_data
@pytest.mark.django_db(transaction=True)
def test_real_orders_are_taken_over_and_the_books_balance(alpha, beta, sample):
    paths, sales = sample
    report = run(paths)
    wanted = [sale for sale in sales if sale.items and sale.status != "created"]
    assert report["errors"] == []
    assert report["created"]["orders"] == len(wanted)
    with tenant_context(alpha):
        orders = Order.objects.annotate(parts=Count("vendor_orders"))
        assert orders.count() == len(wanted)
        whole = sum(sale.total.minor for sale in wanted)
        assert orders.aggregate(total=Sum("total_minor"))["total"] == whole
        assert sum(each.parts > 1 for each in orders) >= 6
        assert {each.currency for each in orders} == {"BRL"}
        assert Payment.objects.aggregate(total=Sum("captured_minor"))["total"] == whole
        states = set(VendorOrder.objects.values_list("state", flat=True))
        assert {"delivered", "cancelled", "shipped"} <= states
        assert Review.objects.count() == report["created"]["reviews"] > 0
        assert [(check.name, check.offending) for check in check_books() if not check.holds] == []
        stamps = {sale.ordered_at for sale in wanted}
        assert set(Order.objects.values_list("created_at", flat=True)) == stamps
    with tenant_context(beta):
        assert not Order.objects.exists()
    again = run(paths)
    assert sum(again["created"].values()) == 0
    assert again["skipped"] == report["skipped"] + len(wanted)


@needs_data
def test_dry_run_reports_and_changes_nothing(alpha, sample):
    paths, sales = sample
    report = run(paths, "--dry-run")
    assert report["rows"] > len(sales)
    assert report["created"] == {}
    codes = {issue["code"] for issue in report["warnings"]}
    assert codes <= {"order_without_items", "order_not_paid", "payment_differs"}
    with tenant_context(alpha):
        assert not Order.objects.exists()


@needs_data
def test_whole_files_can_be_read():
    olist = read_olist(real_files())
    sales = list(olist.sales())
    assert (len(sales), olist.issues) == (5000, [])
    assert sum(len({item.seller_id for item in sale.items}) > 1 for sale in sales) == 79
    assert sum(not sale.items for sale in sales) == 221


def test_missing_table_and_missing_column_are_named(tmp_path):
    orders = tmp_path / "olist_orders_dataset.csv"
    orders.write_text("order_id,customer_id\n1,2\n")
    with pytest.raises(UnreadableFile) as refused:
        read_olist([orders])
    assert "lacks the columns order_status" in refused.value.detail
    orders.write_text("order_id,customer_id,order_status,order_purchase_timestamp\n")
    with pytest.raises(UnreadableFile) as refused:
        read_olist([orders])
    assert "order_items, customers, products, sellers" in refused.value.detail


def test_bad_rows_are_told_by_their_line_and_the_others_are_read(tmp_path):
    texts = {
        "orders": "order_id,customer_id,order_status,order_purchase_timestamp\n"
        "a,c,delivered,2018-01-01 10:00:00\nb,c,delivered,yesterday\nd,nobody,delivered,2018-01-01\n",
        "order_items": "order_id,product_id,seller_id,price,freight_value\na,p,s,10.5,1\n",
        "customers": "customer_id,customer_unique_id,customer_city,customer_state\nc,u,rio,RJ\n",
        "products": "product_id,product_category_name,product_weight_g\np,,\n",
        "sellers": "seller_id,seller_city,seller_state\ns,rio,RJ\n",
    }
    for name, text in texts.items():
        (tmp_path / f"olist_{name}_dataset.csv").write_text(text)
    olist = read_olist(sorted(tmp_path.iterdir()))
    (sale,) = olist.sales()
    assert (sale.order_id, sale.total.minor) == ("a", 1150)
    assert [(issue.row, issue.code) for issue in olist.issues] == [
        (3, "unreadable_order"),
        (4, "unreadable_order"),
    ]


@pytest.mark.django_db(transaction=True)
def test_file_that_is_not_there_is_named(alpha, tmp_path):
    with pytest.raises(CommandError, match=r"olist_orders\.csv"):
        run([tmp_path / "olist_orders.csv"])
