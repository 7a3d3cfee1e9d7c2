from __future__ import annotations

import contextlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.money import Money
from tenant_apps.integrations.domain import values
from tenant_apps.integrations.domain.rows import (
    Issue,
    Row,
    UnreadableFile,
    WrongColumns,
    read_rows,
)
from tenant_apps.integrations.domain.shopify import SHOPIFY
from tenant_apps.integrations.domain.spool import open_spool
from tenant_apps.integrations.domain.values import BadValue
from tenant_apps.integrations.domain.woocommerce import WOOCOMMERCE
from tests.factories.imports import real_file, write_csv


def parsed(path, reading, currency="EUR"):
    """Every group of a file as its parser reads it, and the issues of the reading."""
    with open_spool() as spool:
        issues = list(spool.fill(read_rows(path, required=reading.required), reading.keys_of))
        issues += map(reading.orphan, spool.orphans())
        return [reading.parse(rows, currency) for rows in spool.groups()], issues


def rows_of(tmp_path, content, required=("Handle",)):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return list(read_rows(path, required=required))


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp1252", b"")]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_usual_file_reads_the_same(tmp_path, encoding, mark, delimiter, newline):
    lines = [["Handle", "Title"], ["a", '"Café"'], ["b", '"two\nlines"']]
    content = newline.join(delimiter.join(line) for line in lines)

    rows = rows_of(tmp_path, mark + content.encode(encoding))

    assert [row.number for row in rows] == [2, 3]
    assert [row.get("Title") for row in rows] == ["Café", "two\nlines"]


def test_rows_that_cannot_be_read_are_named_and_the_rest_goes_on(tmp_path):
    content = b"Handle,Title\na,A\nb,B,too,many\nc,C\n" + b'd,"' + b"x" * 200_000 + b'"\ne,E\n\n,\n'

    found = rows_of(tmp_path, content)

    assert [row.get("Handle") for row in found if isinstance(row, Row)] == ["a", "c", "e"]
    assert [(issue.row, issue.code) for issue in found if isinstance(issue, Issue)] == [
        (3, "too_many_fields"),
        (5, "malformed_row"),
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", UnreadableFile),
        (b"  \n", UnreadableFile),
        (b"PK\x03\x04\x00\x00binary", UnreadableFile),
        (b"Name,Price\nx,1\n", WrongColumns),
        (b"\xff\xfeH\x00a\x00", UnreadableFile),
    ],
)
def test_files_that_are_not_such_a_csv_are_refused(tmp_path, content, error):
    with pytest.raises(error):
        rows_of(tmp_path, content)


def test_a_quote_that_never_ends_does_not_swallow_memory(tmp_path):
    content = b'Handle,Title\na,"' + b"line\n" * 200_000

    tracemalloc.start()
    found = rows_of(tmp_path, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert any(isinstance(issue, Issue) for issue in found)
    assert peak < 60 * 1024 * 1024


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("$1,234", 123400),
        ("12,50", 1250),
        ("0", 0),
        ("9.999", 1000),
        (" 7.00 EUR", 700),
    ],
)
def test_prices_as_spreadsheets_write_them(text, minor):
    assert values.money(text, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize("text", ["", "free", "-1", "1e99", "--", "1.2.3,4,5", "NaN"])
def test_what_is_no_price(text):
    with pytest.raises(BadValue):
        values.money(text, "EUR")


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_numbers(text):
    with contextlib.suppress(BadValue):
        assert isinstance(values.money(text, "EUR"), Money)


def shopify(**more):
    return {
        "Handle": "tee",
        "Title": "",
        "Option1 Name": "",
        "Option1 Value": "",
        "Variant SKU": "",
        "Variant Price": "",
        "Image Src": "",
        "Status": "",
        "Published": "",
        **more,
    }


def test_shopify_rows_may_stand_anywhere(tmp_path):
    rows = [
        shopify(
            Title="Tee", **{"Option1 Name": "Size", "Option1 Value": "S", "Variant Price": "10"}
        ),
        shopify(
            Handle="cap",
            Title="Cap",
            **{"Option1 Name": "Title", "Option1 Value": "Default Title", "Variant Price": "5"},
        ),
        shopify(**{"Option1 Value": "M", "Variant Price": "11"}),
        shopify(**{"Image Src": "https://x.example/2.jpg"}),
    ]

    groups, issues = parsed(write_csv(tmp_path / "s.csv", rows), SHOPIFY)

    tee, cap = (group.draft for group in groups)
    assert issues == []
    assert [variant.option_values for variant in tee.variants] == [("S",), ("M",)]
    assert [image.source_url for image in tee.images] == ["https://x.example/2.jpg"]
    assert (cap.options, cap.variants[0].option_values) == ((), ())


def test_shopify_mistakes_have_their_row(tmp_path):
    size = {"Option1 Name": "Size"}
    rows = [
        shopify(Title="Tee", **size, **{"Option1 Value": "S", "Variant Price": "ten"}),
        shopify(**{"Option1 Value": "M", "Variant Price": "11"}),
        shopify(**{"Option1 Value": "M", "Variant Price": "12"}),
        shopify(**{"Variant Price": "12"}),
        shopify(Handle="", Title="No handle", **{"Variant Price": "1"}),
        shopify(Handle="bare", **{"Variant Price": "1"}),
        shopify(Handle="free", Title="Free", **{"Image Src": "ftp://x"}),
    ]

    groups, issues = parsed(write_csv(tmp_path / "s.csv", rows), SHOPIFY)

    noticed = [(issue.row, issue.code) for group in groups for issue in group.issues]
    assert noticed == [
        (2, "bad_value"),
        (4, "duplicate_options"),
        (5, "missing_option"),
        (7, "missing_title"),
        (8, "bad_image_address"),
        (8, "missing_price"),
    ]
    assert [(issue.row, issue.code) for issue in issues] == [(6, "missing_handle")]
    assert [variant.row for variant in groups[0].draft.variants] == [3]
    assert [group.draft is None for group in groups] == [False, True, True]


@pytest.mark.parametrize(
    ("status", "published", "state"),
    [
        ("active", "true", "published"),
        ("active", "false", "draft"),
        ("draft", "true", "draft"),
        ("archived", "true", "archived"),
        ("", "true", "published"),
    ],
)
def test_status_and_published_are_two_things(tmp_path, status, published, state):
    row = shopify(Title="Tee", Status=status, Published=published, **{"Variant Price": "1"})

    groups, _ = parsed(write_csv(tmp_path / "s.csv", [row]), SHOPIFY)

    assert groups[0].state == state


def woo(**more):
    return {
        "ID": "",
        "Type": "simple",
        "SKU": "",
        "Name": "",
        "Published": "1",
        "Regular price": "",
        "Sale price": "",
        "Stock": "",
        "Parent": "",
        "Attribute 1 name": "",
        "Attribute 1 value(s)": "",
        **more,
    }


def colour(values):
    return {"Attribute 1 name": "Color", "Attribute 1 value(s)": values}


def test_woo_variations_find_their_parent_by_sku_or_id_in_any_order(tmp_path):
    parent = woo(ID="1", Type="variable", SKU="tee", Name="Tee", **colour("Red, Blue"))
    red = woo(
        ID="2",
        Type="variation",
        SKU="tee-r",
        Parent="tee",
        **{"Regular price": "10"},
        **colour("Red"),
    )
    blue = woo(
        ID="3",
        Type="variation",
        SKU="tee-b",
        Parent="id:1",
        **{"Regular price": "12", "Sale price": "9"},
        **colour("Blue"),
    )
    lost = woo(ID="4", Type="variation", Parent="id:99", **{"Regular price": "1"})

    drafts = []
    for number, rows in enumerate(([parent, red, blue, lost], [lost, blue, red, parent])):
        groups, issues = parsed(write_csv(tmp_path / f"{number}.csv", rows), WOOCOMMERCE)
        assert [issue.code for issue in issues] == ["missing_parent"]
        drafts.append(groups[0].draft)

    for draft in drafts:
        prices = {variant.sku: variant.prices[0] for variant in draft.variants}
        assert prices["tee-r"].amount == Money(1000, "EUR")
        assert prices["tee-b"].amount == Money(900, "EUR")
        assert prices["tee-b"].compare_at == Money(1200, "EUR")
        assert draft.options[0].values == ("Red", "Blue")


def test_a_woo_variation_of_any_value_is_one_of_each(tmp_path):
    rows = [
        woo(ID="1", Type="variable", SKU="tee", Name="Tee", **colour("Red, Blue, Green")),
        woo(
            ID="2",
            Type="variation",
            SKU="any",
            Parent="tee",
            **{"Regular price": "10"},
            **colour(""),
        ),
        woo(
            ID="3",
            Type="variation",
            SKU="blue",
            Parent="tee",
            **{"Regular price": "12"},
            **colour("Blue"),
        ),
    ]

    groups, _ = parsed(write_csv(tmp_path / "w.csv", rows), WOOCOMMERCE)

    found = {
        v.option_values[0]: (v.sku, v.prices[0].amount.minor) for v in groups[0].draft.variants
    }
    assert found == {"Red": ("any-red", 1000), "Blue": ("blue", 1200), "Green": ("any-green", 1000)}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"ID": "1", "Type": "grouped", "Name": "Set"}, "unsupported_type"),
        ({"ID": "1", "Type": "external", "Name": "Ad", "Regular price": "1"}, "unsupported_type"),
        ({"ID": "1", "Name": "Free"}, "bad_value"),
        ({"ID": "1", "Name": "", "Regular price": "1"}, "missing_title"),
        ({"ID": "1", "Type": "variable", "Name": "Empty"}, "missing_price"),
    ],
)
def test_woo_products_that_stay_out_say_why(tmp_path, row, code):
    groups, _ = parsed(write_csv(tmp_path / "w.csv", [woo(**row)]), WOOCOMMERCE)

    assert groups[0].draft is None
    assert [issue.code for issue in groups[0].issues if issue.is_error] == [code]


def test_the_real_bags_are_read_whole():
    groups, issues = parsed(real_file("shopify_bags_large.csv"), SHOPIFY)

    assert issues == []
    assert len(groups) == 375
    assert sum(len(group.draft.variants) for group in groups) == 548
    states = [group.state for group in groups]
    assert (states.count("published"), states.count("draft"), states.count("archived")) == (
        269,
        63,
        43,
    )


def test_ten_thousand_rows_are_not_held(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant Price\n")
        for number in range(10_000):
            handle, body = f"p{number // 2}", "words and more " * 60
            title = f"Product {number // 2}" if number % 2 == 0 else ""
            file.write(f"{handle},{title},{body},Size,{number % 2},9.99\n")

    tracemalloc.start()
    with open_spool() as spool:
        assert list(spool.fill(read_rows(path, required=SHOPIFY.required), SHOPIFY.keys_of)) == []
        count = sum(len(SHOPIFY.parse(rows, "EUR").draft.variants) for rows in spool.groups())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 10_000
    # The file is ten times as large.
    assert path.stat().st_size > 9_000_000
    assert peak < 1_500_000
