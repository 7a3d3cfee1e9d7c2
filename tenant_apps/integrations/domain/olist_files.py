"""The files of the Brazilian E-Commerce Public Dataset by Olist, read and joined (rules and reading).

https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce: one CSV for each table, joined by ids of
32 hexadecimal digits; times are of Brazil without a zone, amounts in reais with one or two decimals.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from shared_apps.kernel.money import BadAmount, Money
from tenant_apps.integrations.domain.rows import Issue, UnreadableFile

CURRENCY = "BRL"
_ZONE = ZoneInfo("America/Sao_Paulo")
_TABLES: Mapping[str, tuple[str, ...]] = {
    "orders": ("order_id", "customer_id", "order_status", "order_purchase_timestamp"),
    "order_items": ("order_id", "product_id", "seller_id", "price", "freight_value"),
    "order_payments": ("order_id", "payment_type", "payment_installments", "payment_value"),
    "order_reviews": ("order_id", "review_score", "review_comment_title", "review_comment_message"),
    "customers": ("customer_id", "customer_unique_id", "customer_city", "customer_state"),
    "products": ("product_id", "product_category_name", "product_weight_g"),
    "sellers": ("seller_id", "seller_city", "seller_state"),
    "category_name": ("product_category_name", "product_category_name_english"),
}
_NEEDED = ("orders", "order_items", "customers", "products", "sellers")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One position of an order: a product of one seller, once."""

    product_id: str
    seller_id: str
    price: Money
    freight: Money


@dataclass(frozen=True, slots=True)
class Opinion:
    stars: int
    title: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sale:
    """An order with everything that belongs to it; `row` is its line in the file of orders."""

    row: int
    order_id: str
    status: str
    customer: Row
    items: Sequence[Item]
    paid: Money
    paid_with: str
    opinions: Sequence[Opinion]
    ordered_at: datetime
    approved_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None

    @property
    def total(self) -> Money:
        nothing = Money.zero(CURRENCY)
        return sum((item.price + item.freight for item in self.items), nothing)


@dataclass(slots=True)
class Olist:
    """The tables in memory; `issues` are rows that could not be read."""

    tables: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    rows: int = 0
    issues: list[Issue] = field(default_factory=list)

    def one(self, table: str, key: str) -> Row | None:
        return next(iter(self.tables.get(table, {}).get(key, ())), None)

    def many(self, table: str, key: str) -> Sequence[Row]:
        return self.tables.get(table, {}).get(key, ())

    def category_of(self, product: Row) -> str:
        """A product's category in English, in words; "" when it has none."""
        name = product["product_category_name"]
        known = self.one("category_name", name)
        english = known["product_category_name_english"] if known else name
        return english.replace("_", " ").capitalize()

    def sales(self) -> Iterator[Sale]:
        """Every order that can be read, oldest first; the others become issues."""
        found = []
        for rows in self.tables["orders"].values():
            for row in rows:
                number = int(row["#"])
                try:
                    found.append(self._sale(number, row))
                except (KeyError, ValueError, BadAmount) as error:
                    self.issues.append(Issue(number, "", "unreadable_order", str(error)[:400]))
        yield from sorted(found, key=lambda sale: (sale.ordered_at, sale.order_id))

    def _sale(self, number: int, row: Row) -> Sale:
        order_id = row["order_id"]
        customer = self.one("customers", row["customer_id"])
        if customer is None:
            raise ValueError(f"customer {row['customer_id']} is in none of the files")
        payments = self.many("order_payments", order_id)
        return Sale(
            row=number,
            order_id=order_id,
            status=row["order_status"],
            customer=customer,
            items=[_item(each) for each in self.many("order_items", order_id)],
            paid=sum((_money(each["payment_value"]) for each in payments), Money.zero(CURRENCY)),
            paid_with=", ".join(_in_words(each) for each in payments),
            opinions=[_opinion(each) for each in self.many("order_reviews", order_id)],
            ordered_at=_moment(row["order_purchase_timestamp"]),
            approved_at=_moment_or_none(row.get("order_approved_at")),
            shipped_at=_moment_or_none(row.get("order_delivered_carrier_date")),
            delivered_at=_moment_or_none(row.get("order_delivered_customer_date")),
        )


def read_olist(paths: Iterable[Path]) -> Olist:
    """Read the tables, named by their files, plain or gzip. Raises UnreadableFile, which names what lacks."""
    olist = Olist()
    for path in paths:
        table = _table_of(path)
        if table:
            olist.tables[table] = _read(olist, table, path)
    missing = [name for name in _NEEDED if name not in olist.tables]
    if missing:
        raise UnreadableFile(f"Also give the files of: {', '.join(missing)}")
    return olist


def _table_of(path: Path) -> str:
    """`olist_order_items_dataset.csv.gz` is `order_items` (rule); "" for a table nobody needs."""
    return next((name for name in sorted(_TABLES, key=len, reverse=True) if name in path.name), "")


def _read(olist: Olist, table: str, path: Path) -> dict[str, list[Row]]:
    columns, found = _TABLES[table], {}  # type: tuple[str, ...], dict[str, list[Row]]
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error}") from error
    lacking = [name for name in columns if name not in (reader.fieldnames or ())]
    if lacking:
        raise UnreadableFile(f"{path.name} lacks the columns {', '.join(lacking)}")
    for number, row in enumerate(reader, start=2):
        olist.rows += 1
        if None in row or not row[columns[0]]:
            olist.issues.append(Issue(number, table, "unreadable_row", "Too many values, or no id"))
            continue
        found.setdefault(row[columns[0]], []).append({**row, "#": str(number)})
    return found


def _item(row: Row) -> Item:
    price, freight = _money(row["price"]), _money(row["freight_value"])
    return Item(row["product_id"], row["seller_id"], price, freight)


def _opinion(row: Row) -> Opinion:
    return Opinion(
        stars=int(row["review_score"]),
        title=row["review_comment_title"].strip(),
        text=row["review_comment_message"].strip(),
        at=_moment(row.get("review_answer_timestamp") or row["review_creation_date"]),
    )


def _in_words(row: Row) -> str:
    kind, times = row["payment_type"].replace("_", " "), row["payment_installments"]
    return f"{kind} in {times} instalments" if times not in {"", "0", "1"} else kind


def _money(text: str) -> Money:
    return Money.parse(text, CURRENCY)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE).astimezone(UTC)


def _moment_or_none(text: str | None) -> datetime | None:
    return _moment(text) if text else None
