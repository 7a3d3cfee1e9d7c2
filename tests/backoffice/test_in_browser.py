"""The back offices in Chromium at desk and phone width: nothing overflows, axe finds nothing, the CSP blocks nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from shared_apps.media.domain.files import Upload
from tenant_apps.catalog.domain import editing, inventory, moderation
from tenant_apps.integrations.domain.imports import ImportOrder, queue_import, run_import
from tests.backoffice.conftest import design, furnish, png, visitor
from tests.factories.catalog import (
    colours_and_sizes,
    draft_of,
    make_category,
    make_listing,
    make_product,
    only_variant,
)
from tests.factories.partners import make_applicant, make_person, put_in_team
from tests.themes.test_pages_in_browser import AXE, FLAGS, RULES
from tests.world import ALPHA, BETA

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("GALLERIA_SCREENSHOTS", "")
CSV = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src
moon-jar,Moon jar,<p>White porcelain</p>,Loam,Ceramics,white,TRUE,Title,Default Title,MJ-1,4,84.00,
tea-bowl,Tea bowl,<p>Celadon</p>,Loam,Ceramics,green,TRUE,Title,Default Title,TB-1,9,not-a-price,
"""


def furnished(tmp_path):
    """A house with something on every page; the addresses to look at by who looks."""
    for tenant in (ALPHA, BETA):
        design(tenant)
    house = furnish()
    with tenant_context(ALPHA):
        ceramics = make_category("Ceramics")
        make_category("Bowls", parent_id=ceramics)
        make_category("Textiles")
        pictures = [Upload("front.png", png()), Upload("side.png", png("#35425b"))]
        shirts = colours_and_sizes(
            [("Ochre", "S", 5400), ("Ochre", "M", 5400), ("Indigo", "M", 5900)], quantity=3
        )
        shirt = editing.create_with_pictures(
            vendor_id=house.loam.id,
            draft=draft_of("Linen shirt, stone-washed", category_id=ceramics, images=(), **shirts),
            uploads=pictures,
            acting=SYSTEM,
            at=now(),
        )
        vase = make_listing(house.loam, "Terracotta bottle vase", minor=6800, quantity=0)
        make_product(house.loam, "Nesting bowls, set of three", minor=9400)
        waiting = make_product(house.fern, "Paper fan", variants=draft_of(quantity=2).variants)
        moderation.submit(product_id=waiting, acting=SYSTEM, at=now())
        moderation.submit(product_id=shirt, acting=SYSTEM, at=now())
        moderation.reject(
            product_id=shirt, reason="Please add a picture from behind.", acting=SYSTEM, at=now()
        )
        inventory.count_stock(variant_id=only_variant(vase), on_hand=1, acting=SYSTEM, at=now())
        put_in_team(house.loam.id, make_person("mira@example.com"), "inventory")
        applicant = make_applicant(make_person("sol@example.com"), "Sol & Salt")
        file = tmp_path / "shopify.csv"
        file.write_text(CSV, encoding="utf-8")
        order = ImportOrder("shopify-products", house.loam.id, str(file), "shopify.csv", "EUR")
        run_id = queue_import(order=order, acting=SYSTEM, at=now(), by_hand=True)
        run_import(run_id=run_id, now=now)
    product = f"/partner/products/{public_id('prod', shirt)}/"
    return house, {
        "vendor": [
            "/partner/",
            "/partner/products/",
            "/partner/products/new/",
            product,
            "/partner/stock/",
            "/partner/imports/",
            f"/partner/imports/{public_id('imp', run_id)}/",
            "/partner/team/",
            "/partner/settings/",
            "/partner/apply/",
        ],
        "operator": [
            "/manage/",
            "/manage/approvals/",
            f"/manage/approvals/{public_id('prod', shirt)}/",
            f"/manage/approvals/{public_id('prod', waiting)}/",
            "/manage/partners/",
            f"/manage/partners/{applicant.public_id}/",
            "/manage/categories/",
            f"/manage/categories/{public_id('cat', ceramics)}/",
            "/manage/brand/",
            "/manage/people/",
            "/manage/search/?q=loam",
            "/manage/subscription/",
        ],
        "customer": ["/partner/apply/"],
    }


def _looked_at(context, url, name):
    """What one page is found to be."""
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None
    )
    answer = page.goto(url, wait_until="load")
    page.wait_for_timeout(120)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    context.new_cdp_session(page).send(
        "Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")}
    )
    found = page.evaluate(RULES)["violations"]
    page.close()
    wrong = [(each["id"], each["nodes"][0]["html"][:160]) for each in found]
    if overflow > 0:
        wrong.append(("overflow", str(overflow)))
    if answer.status != 200:
        wrong.append(("status", str(answer.status)))
    return [*wrong, *(("blocked", text) for text in complaints)]


def _cookie(user):
    someone = visitor(user)
    return next(iter(someone.client.cookies.values()))


@pytest.mark.timeout(900)
def test_pages_are_clean(live_server, tmp_path, monkeypatch):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    house, places = furnished(tmp_path)
    cookies = {
        "vendor": _cookie(house.loam_owner),
        "operator": _cookie(house.operator),
        "customer": _cookie(house.customer),
    }
    root = f"http://{ALPHA.host}:{live_server.url.rpartition(':')[2]}"
    wrong = {}
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark")):
            for who, paths in places.items():
                context = browser.new_context(
                    viewport={"width": width, "height": 900},
                    color_scheme=scheme,
                    reduced_motion="reduce",
                )
                morsel = cookies[who]
                context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": root}])
                for index, path in enumerate(paths):
                    name = f"{who}-{index}-{width}-{scheme}"
                    found = _looked_at(context, root + path, name)
                    if found:
                        wrong[f"{path} {width} {scheme}"] = found
                context.close()
        browser.close()

    assert wrong == {}
