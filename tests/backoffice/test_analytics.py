"""A vendor's first page and figures."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.spans import in_slots, span_of
from shared_apps.kernel.tabular import csv_of
from tenant_apps.reviews.domain.reviews import Wording, write_review
from tests.backoffice.conftest import visitor
from tests.factories.catalog import make_listing
from tests.factories.partners import actor_for, make_person, put_in_team
from tests.factories.reviews import make_order
from tests.world import ALPHA, NOW
from themes.domain.charts import Chart, Series, scale_of

PLACE = "/partner/analytics/"


@pytest.fixture
def sold(house):
    """Loam sold 2 x 50.00 today and 50.00 forty days ago, Fern 50.00 today; one part was cancelled."""
    with tenant_context(ALPHA):
        bowl, card = make_listing(house.loam, "Bowl"), make_listing(house.fern, "Card")
        make_order(house.customer.pk, [bowl, card], at=now())
        make_order(house.customer.pk, [bowl], at=now(), state="confirmed")
        make_order(house.customer.pk, [bowl], at=now() - timedelta(days=40))
        make_order(house.customer.pk, [bowl], at=now(), state="cancelled")
    return house


def test_the_figures_are_this_vendors_only(sold, vendor):
    page = vendor.get(PLACE).content.decode()

    for figure in ("€100.00", "€90.00", "€50.00", "+100% on the time before"):
        assert figure in page, figure
    assert "Bowl" in page
    assert "Card" not in page
    assert "<svg" in page


@pytest.mark.parametrize(
    ("asked", "sales"),
    [("?span=7d", "€100.00"), ("?span=90d", "€150.00"), ("?span=365d", "€150.00")],
)
def test_how_far_back_is_chosen(sold, vendor, asked, sales):
    assert f'<p class="value">{sales}</p>' in vendor.get(PLACE + asked).content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        "?from=yesterday&to=today",
        "?from=2026-05-01&to=2026-04-01",
        "?from=0001-01-01&to=9999-12-31",
        "?span=1000y",
        "?from=9999-12-30&to=9999-12-31",
    ],
)
def test_nonsense_is_answered_with_thirty_days(sold, vendor, asked):
    page = vendor.get(PLACE + asked)

    assert page.status_code == 200
    assert "€100.00" in page.content.decode()


def test_days_of_ones_own_and_a_file(sold, vendor):
    day = (now() - timedelta(days=40)).date().isoformat()
    answer = vendor.get(f"{PLACE}?from={day}&to={day}&as=csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert list(csv.DictReader(io.StringIO(answer.content.decode()))) == [
        {
            "day": day,
            "orders": "1",
            "sales": "50.00",
            "commission": "5.00",
            "you_earn": "45.00",
            "currency": "EUR",
        }
    ]


def test_money_is_for_those_who_may_read_it(sold):
    with tenant_context(ALPHA):
        keeper = make_person("sam@example.com")
        put_in_team(sold.loam.id, keeper, "inventory")
    sam = visitor(keeper)

    assert sam.get(PLACE).status_code == 403
    assert "€100.00" not in sam.get("/partner/").content.decode()


def test_the_first_page_starts_with_what_waits(sold, vendor):
    with tenant_context(ALPHA):
        write_review(
            subject=Ref("partners.partner", str(sold.loam.id)),
            order_id=sold.customer.orders.first().pk,
            wording=Wording(4),
            acting=actor_for(sold.customer),
            at=NOW,
        )
    page = vendor.get("/partner/").content.decode()

    assert "1 order to send" in page
    assert "1 review to answer" in page
    assert "€100.00" in page
    assert page.index("1 order to send") < page.index("1 review to answer")


def test_analytics_cost_the_same_with_more_sold(sold, vendor):
    with_some = vendor.queries_of(PLACE)
    with tenant_context(ALPHA):
        for number in range(3):
            make_order(sold.customer.pk, [make_listing(sold.loam, f"Pot {number}")], at=now())

    assert (with_some, vendor.queries_of(PLACE)) == (12, 12)


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (0, 0, (0, 4, 1)),
        (0, 9, (0, 10, 5)),
        (0, 400, (0, 400, 100)),
        (0, 401, (0, 600, 200)),
        (-120, 300, (-200, 400, 200)),
        (0, 3, (0, 3, 1)),
    ],
)
def test_scales_are_round_and_hold_everything(lowest, highest, expected):
    assert scale_of(lowest, highest) == expected


def test_a_chart_draws_within_its_box_and_tells_the_same_as_its_table():
    chart = Chart(
        caption="Sales",
        labels=["a", "b", "c"],
        series=[Series("In", [100, 0, 50]), Series("Out", [-30, 0, 20])],
        currency="EUR",
    )
    bars = [bar for slot in chart.slots for bar in slot.bars]

    assert len(bars) == 4
    for bar in bars:
        assert float(bar.y) >= 0
        assert float(bar.y) + float(bar.height) <= 100
    cells = [[cell.value for cell in row.cells] for row in chart.table.rows]
    assert [str(row[1].decimal()) for row in cells] == ["1.00", "0.00", "0.50"]
    assert chart.ticks[0].minor >= 100
    assert chart.ticks[-1].minor <= -30


def test_slots_hold_every_day_once():
    span = span_of(first="2026-01-30", last="2026-12-31", today=date(2026, 6, 1))
    days = {span.start + timedelta(days=number): 1 for number in range(span.days)}

    assert span.step == "month"
    assert sum(in_slots(span, days)) == span.days == 336
    assert len(span.slots) == 12


def test_files_are_no_programs():
    text = csv_of(["name"], [["=1+1"], ["@cmd"], ["plain"], [-5]])

    assert text == "name\r\n'=1+1\r\n'@cmd\r\nplain\r\n-5\r\n"
