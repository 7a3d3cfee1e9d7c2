"""The pages after a sale in Chromium: every one passes axe, on a desk and on a phone."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.catalog.models import Product
from tenant_apps.ordering.domain import claims, goodwill, returns
from tenant_apps.ordering.domain.claims import Complaint
from tenant_apps.ordering.domain.returns import Asked
from tenant_apps.ordering.models import Order
from tests.factories import shop
from tests.tenant_apps.ordering.aftermath import ADA, CY, Sold, settle
from tests.tenant_apps.ordering.test_after_pages import World
from tests.tenant_apps.ordering.test_in_browser import (  # noqa: F401 - fixtures
    SCREENS,
    WIDTHS,
    chromium,
    cookies_of,
    faults_of,
    site,
)
from tests.tenant_apps.ordering.test_pages import variant

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]


@pytest.fixture
def paths(in_alpha, site, sandbox, customer):  # noqa: F811 - the fixture of that name
    """Everything at once: parcels, a return, a claim, money back, papers, a download."""
    world = World(in_alpha, customer)
    stall = world.stall
    sold = Sold(stall.potter, stall.weaver, stall.bowl, stall.scarf, None)
    sold.ship(2)
    sold.deliver()
    order = Order.objects.get()
    owner = returns.parts.CartOwner(guest_key=order.guest_key)
    part, line = sold.part(), sold.line()
    who = {"owner": owner, "acting": CY, "at": sold.at}
    asked = Asked({line.id: 1}, "unwanted", note="It is bluer than on the picture.")
    return_id = returns.request_return(vendor_order_id=part.id, asked=asked, **who)
    complaint = Complaint({line.id: 1}, "damaged", "It came in two pieces.")
    claim_id = claims.open_claim(vendor_order_id=part.id, complaint=complaint, **who)
    goodwill.pay_back(
        vendor_order_id=part.id, amounts={line.id: 150}, reason="late", acting=ADA, at=sold.at
    )
    settle()
    song = shop.make_item(stall.potter, "Song", price="3.00", stock=9)
    Product.objects.filter(id=song.product_id).update(is_digital=True)
    page = f"/partner/digital/{variant(song)}/"
    upload = SimpleUploadedFile("song.flac", b"la")
    terms = {"upload": upload, "download_limit": "3", "valid_days": "30", "has_keys": "on"}
    assert world.potter.post(page, **terms).status_code == 303
    assert world.potter.post(f"{page}keys/", keys="ABCD-1234-EFGH").status_code == 303
    first, work, own = world.path, world.work, world.own
    world.buy(customer, (song, 2), (stall.bowl, 1))
    settle()
    manage, found = f"/manage{first}", public_id("clm", claim_id)
    return [
        (
            world.cy,
            [
                first,
                world.path,
                f"{own}return/",
                f"{world.own}claim/",
                f"{world.path}address/",
                "/downloads/",
            ],
        ),
        (
            world.potter,
            [
                work,
                world.work,
                "/partner/returns/",
                f"/partner/returns/{public_id('ret', return_id)}/",
                "/partner/digital/",
                page,
            ],
        ),
        (
            world.ada,
            [
                manage,
                f"{manage}parts/{public_id('vord', part.id)}/refund/",
                "/manage/claims/",
                f"/manage/claims/{found}/",
                "/manage/returns/",
                "/manage/orders/settings/",
            ],
        ),
    ]


def test_pages_are_clean(paths, site, chromium, in_alpha):  # noqa: F811
    with tenant_context(in_alpha):
        prepared = [(cookies_of(visitor, site), pages) for visitor, pages in paths]

    def look(browser):
        found = {}
        for cookies, pages in prepared:
            context = browser.new_context(reduced_motion="reduce")
            context.add_cookies(cookies)
            page = context.new_page()
            for place, path in enumerate(pages):
                for width in WIDTHS:
                    found[f"{path} {width}"] = faults_of(page, f"{site}{path}", width)
                    if SCREENS:
                        name = f"{path.split('/')[1]}-{place}-{width}"
                        page.screenshot(path=f"{SCREENS}/{name}.png", full_page=True)
            context.close()
        return found

    found = chromium(look)

    assert {path: faults for path, faults in found.items() if faults} == {}
