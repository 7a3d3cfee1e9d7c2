"""Cy buys from two vendors in Chromium, with and without scripts; every page passes axe."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from playwright.sync_api import expect

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain import delivery_editing, tax_editing
from tenant_apps.ordering.domain.delivery_editing import MethodDraft, RateDraft
from tenant_apps.ordering.domain.tax_editing import TaxZoneDraft
from tenant_apps.ordering.domain.taxes import Rate
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.places.domain.addresses import Address
from tenant_apps.places.domain.book import save_address
from tests.factories import shop
from tests.tenant_apps.ordering.conftest import assert_books_hold
from tests.tenant_apps.ordering.test_pages import FORM, Browser, variant
from tests.tenant_apps.ordering.test_terms import coupon, gift_card, give

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]
AXE = Path(__file__).resolve().parents[2] / "data" / "vendor" / "axe-4.14.1.min.js"
RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
WIDTHS = (390, 1280)
# A folder to keep pictures of the pages in, for whoever wants to look.
SCREENS = os.environ.get("GALLERIA_TEST_SCREENS", "")
CY = {
    "Name": "Cy Customer",
    "Street and number": "1 Quay Street",
    "Postcode": "H91 XY12",
    "Town": "Galway",
}


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class Handler(WSGIHandler):
    """Gives each thread's connection back when its answer is out."""

    def __call__(self, environ, start_response):
        try:
            return super().__call__(environ, start_response)
        finally:
            connections.close_all()


@pytest.fixture
def site(sandbox, settings, in_alpha):
    """Our server, with a policy that lets a form lead to the sandbox's page."""
    settings.GALLERIA_PAY_ORIGINS = [sandbox.url]
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    settings.GALLERIA_EXTERNAL_PORT = server.server_port
    server.set_app(StaticFilesHandler(Handler()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{in_alpha.host}:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def chromium():
    """Run a function of the browser in a thread of its own.

    Playwright keeps a loop on its thread, and Django's connections are others inside a loop.
    """
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")

    def drive(function):
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            try:
                return function(browser)
            finally:
                browser.close()

    def run(function):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(drive, function).result()

    return run


def filled_basket(stall, tenant):
    """What product pages do: a form with the variant and a quantity."""
    visitor = Browser(tenant)
    for item, quantity in ((stall.bowl, 2), (stall.scarf, 1)):
        visitor.post("/cart/lines/", variant=variant(item), quantity=quantity)
    return visitor


def cookies_of(visitor, site):
    """What makes Chromium the same visitor."""
    cookies = visitor.client.cookies.values()
    return [{"name": each.key, "value": each.value, "url": site} for each in cookies if each.value]


def faults_of(page, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")  # the stand-in may be wider
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.context.new_cdp_session(page).send(
        "Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")}
    )
    found = page.evaluate(RULES)["violations"]
    axe = [(each["id"], each["nodes"][0]["html"][:140]) for each in found]
    return [*axe, *([f"{overflow}px too wide"] if overflow > 0 else [])]


def choose_express(page, *, scripts):
    """The total follows the choice; without scripts a button asks for it."""
    total = page.locator("#sum .grand .money")
    if not scripts:
        page.get_by_role("button", name="Update the total").click()
    expect(total).to_have_text("€92.99", timeout=15_000)
    page.get_by_label("Express").check()
    if not scripts:
        page.get_by_role("button", name="Update the total").click()
    expect(total).to_have_text("€97.99", timeout=15_000)


@pytest.fixture
def post(stall):
    """The potter sends by post or express, to Ireland only."""
    zone_id = delivery_editing.add_delivery_zone(
        vendor_id=stall.potter.id, name="Home", areas=["IE"], acting=SYSTEM, at=now()
    )
    for name, price, days in (("Post", "4.00", 4), ("Express", "9.00", 1)):
        rate = RateDraft(Money.parse(price, "EUR"), zone_id)
        draft = MethodDraft(name=name, rate=rate, days_min=days, days_max=days + 1)
        delivery_editing.add_method(vendor_id=stall.potter.id, draft=draft, acting=SYSTEM, at=now())


@pytest.mark.parametrize("scripts", [True, False])
def test_cy_buys(stall, post, site, chromium, scripts, in_alpha):
    cookies = cookies_of(filled_basket(stall, in_alpha), site)

    def buy(browser):
        context = browser.new_context(java_script_enabled=scripts)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"{site}/cart/")
        expect(page.get_by_role("heading", name="From Potter")).to_be_visible(timeout=15_000)
        page.get_by_role("link", name="Go to checkout").click()
        page.get_by_label("E-mail").fill("cy@customers.example")
        where = page.locator("#address-fields")
        where.get_by_label("Country").select_option("IE")
        for label, text in CY.items():
            where.get_by_label(label).fill(text)
        choose_express(page, scripts=scripts)
        page.get_by_role("button", name="Continue to payment").click()
        page.wait_for_url("**/pay/**")
        page.locator("button[name=action][value=pay], button[type=submit]").first.click()
        page.wait_for_url("**/orders/**")
        expect(page.get_by_text("Thank you, your order is placed")).to_be_visible(timeout=15_000)

    chromium(buy)

    assert (Order.objects.get().state, Order.objects.get().total_minor) == ("placed", 9799)
    assert_books_hold()


def test_pages_are_clean(stall, post, site, chromium, customer, in_alpha):
    tax_editing.add_tax_zone(
        draft=TaxZoneDraft("Ireland", ["IE"], {"standard": Rate("VAT", 2300)}),
        acting=SYSTEM,
        at=now(),
    )
    cy = shop.make_user("cy@customers.example")
    address = Address(
        name="Cy Customer", line1="1 Quay Street", city="Galway", country="IE", postcode="H91 XY12"
    )
    save_address(user_id=cy.id, address=address, at=now())
    give(cy.id, "20.00")
    coupon()
    known = Browser(in_alpha, cy)
    known.post("/cart/lines/", variant=variant(stall.bowl), quantity=1)
    known.post("/cart/codes/", code="TEN")
    known.post("/cart/codes/", code=gift_card("5.00"))
    buyer = filled_basket(stall, in_alpha)
    order = bought(buyer, customer)
    part = VendorOrder.objects.get(vendor_name="Potter")
    operator = shop.make_user("ada@alpha.example", roles=("operator",))
    tours = [
        (buyer, ["/orders/", f"/orders/{public_id('ord', order.id)}/", "/cart/"]),
        (filled_basket(stall, in_alpha), ["/cart/", "/checkout/"]),
        (known, ["/cart/", "/checkout/", "/account/addresses/"]),
        (
            Browser(in_alpha, stall.potter.user),
            [
                "/partner/orders/",
                f"/partner/orders/{public_id('vord', part.id)}/",
                "/partner/delivery/",
            ],
        ),
        (
            Browser(in_alpha, operator),
            [
                "/manage/orders/",
                f"/manage/orders/{public_id('ord', order.id)}/",
                "/manage/payments/",
                "/manage/commission/",
                "/manage/taxes/",
                "/manage/delivery/",
            ],
        ),
    ]
    prepared = [(cookies_of(visitor, site), paths) for visitor, paths in tours]

    def look(browser):
        found = {}
        for number, (cookies, paths) in enumerate(prepared):
            context = browser.new_context(reduced_motion="reduce")
            context.add_cookies(cookies)
            page = context.new_page()
            for path in paths:
                for width in WIDTHS:
                    found[f"{number} {path} {width}"] = faults_of(page, f"{site}{path}", width)
                    if SCREENS:
                        name = path.strip("/").replace("/", "-") or "home"
                        page.screenshot(
                            path=f"{SCREENS}/{number}-{name}-{width}.png", full_page=True
                        )
            context.close()
        return found

    found = chromium(look)

    assert {path: faults for path, faults in found.items() if faults} == {}


def bought(visitor, customer):
    back = customer.pay(visitor.post("/checkout/", **FORM)["Location"])
    visitor.get("/checkout/return/?" + urlsplit(back).query)
    return Order.objects.get()
