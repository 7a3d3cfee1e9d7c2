"""Figures, books, reviews and stock in Chromium: nothing overflows, axe finds nothing, the CSP blocks nothing."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.ref import Ref
from tenant_apps.catalog.domain import inventory
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.reviews.domain import moderation, replies, reviews
from tenant_apps.reviews.domain.reviews import Wording
from tests.backoffice.conftest import design, furnish
from tests.backoffice.test_in_browser import FLAGS, _cookie, _looked_at
from tests.backoffice.test_money import book
from tests.factories.catalog import deliver, make_listing, only_variant
from tests.factories.partners import OPERATOR, actor_for
from tests.factories.reviews import make_order
from tests.world import ALPHA, BETA

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def furnished():
    """Weeks of sales, money in the books, reviews in every state, stock held; where to look."""
    for tenant in (ALPHA, BETA):
        design(tenant)
    house = furnish()
    with tenant_context(ALPHA):
        bowl, card = make_listing(house.loam, "Bowl"), make_listing(house.fern, "Card")
        orders = [
            make_order(house.customer.pk, [bowl, card], at=now() - timedelta(days=days * 3))
            for days in range(12)
        ]
        book("capture", ("clearing:stripe", "escrow", 5000, "ordering.vendor_order:1"))
        book("release", ("escrow", f"vendor:{house.loam.id}", 4500, "ordering.vendor_order:1"))
        book("refund_requested", ("escrow", "refunds_in_transit", 300, "ordering.vendor_order:1"))
        cy, lena = actor_for(house.customer), actor_for(house.loam_owner)
        words = [
            Wording(5, "Lovely", "Sits well in the hand."),
            Wording(2, "Chipped", "Write to me at cy@example.com"),
            Wording(3, "Hm"),
        ]
        written = [
            reviews.write_review(
                subject=Ref("catalog.product", str(bowl)),
                order_id=order.pk,
                wording=said,
                acting=cy,
                at=now(),
            )
            for order, said in zip(orders, words, strict=False)
        ]
        replies.reply_to_review(review_id=written[0], text="Thanks", acting=lena, at=now())
        moderation.report_review(review_id=written[2], reason="fake", acting=lena, at=now())
        moderation.hide_review(review_id=written[2], reason="fake", acting=OPERATOR, at=now())
        variant = only_variant(bowl)
        inventory.hold_stock(lines=[StockLine(variant, 2)], minutes=60, acting=lena, at=now())
        deliver()
        part = orders[0].vendor_orders.get(vendor_id=house.loam.id)
    return house, {
        "vendor": [
            "/partner/",
            "/partner/analytics/",
            "/partner/analytics/?span=365d",
            "/partner/reviews/",
            "/partner/reviews/?tab=all",
            f"/partner/stock/{public_id('var', variant)}/",
            f"/partner/orders/{public_id('vord', part.pk)}/",
        ],
        "operator": [
            "/manage/money/",
            "/manage/books/",
            "/manage/books/journal/",
            "/manage/books/checks/",
            "/manage/books/accounts/escrow/",
            "/manage/books/accounts/vendor/",
            "/manage/reviews/?tab=pending",
            "/manage/reviews/?tab=hidden",
            "/manage/reviews/?tab=published",
        ],
        "customer": [
            "/p/bowl/",
            f"/shops/{house.loam.slug}/",
            f"/reviews/{public_id('prod', bowl)}/",
            f"/orders/{public_id('ord', orders[0].pk)}/",
            f"/orders/{public_id('ord', orders[0].pk)}/reviews/",
        ],
    }


@pytest.mark.timeout(900)
def test_pages_are_clean(live_server, monkeypatch):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    house, places = furnished()
    people = {"vendor": house.loam_owner, "operator": house.operator, "customer": house.customer}
    cookies = {who: _cookie(person) for who, person in people.items()}
    root = f"http://{ALPHA.host}:{live_server.url.rpartition(':')[2]}"
    wrong = {}
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for width, scheme in ((1280, "light"), (390, "dark")):
            for who, paths in places.items():
                context = browser.new_context(
                    viewport={"width": width, "height": 900},
                    color_scheme=scheme,
                    reduced_motion="reduce",
                )
                morsel = cookies[who]
                context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": root}])
                for index, path in enumerate(paths):
                    name = f"figures-{who}-{index}-{width}-{scheme}"
                    found = _looked_at(context, root + path, name)
                    if found:
                        wrong[f"{path} {width} {scheme}"] = found
                context.close()
        browser.close()

    assert wrong == {}
