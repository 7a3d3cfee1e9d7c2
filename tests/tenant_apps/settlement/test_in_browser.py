"""Pages of money in Chromium at desk and phone width: nothing overflows, axe finds nothing, the CSP blocks nothing."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.settlement.domain import bank_files, payouts
from tenant_apps.settlement.domain.rule_editing import add_rule
from tests.backoffice.conftest import design, furnish
from tests.backoffice.test_in_browser import _cookie, _looked_at
from tests.factories.catalog import make_category, make_listing
from tests.tenant_apps.settlement.people import bank_of, cut, earn, freeze, reduce
from tests.tenant_apps.settlement.test_bank_files import OPERATOR
from tests.tenant_apps.settlement.test_rules import rule
from tests.themes.test_pages_in_browser import FLAGS
from tests.world import ALPHA

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def season(house):
    """Twelve weeks of sales, a refund, a dispute, payouts that arrived and one that came back."""
    loam, fern = house.loam.id, house.fern.id
    for week in range(12):
        at = now() - timedelta(weeks=week, hours=1)
        for number in range(3):
            gross = 4200 + 700 * ((week * 5 + number * 3) % 7)
            sold = earn(loam, cut(gross, commission=gross // 8, commission_tax=gross // 40), at=at)
        if week == 3:
            reduce(sold, cut(1500, commission=180), "refund", at=at + timedelta(minutes=5))
        if week == 6:
            bank_of(loam)
            pay(loam, "first", at + timedelta(minutes=10), has_arrived=True)
    freeze(sold, "d1")
    earn(fern, cut(9900, commission=990), at=now() - timedelta(hours=2))
    bank_of(fern, "FR14 2004 1010 0505 0001 3M02 606")
    pay(fern, "second", now(), has_arrived=False)
    payout_id = payouts.pay_now(
        partner_id=loam, currency="EUR", key="third", acting=SYSTEM, at=now()
    )
    earn(loam, cut(6400, commission=640), at=now() - timedelta(minutes=30))
    return payout_id


def pay(partner_id, key, at, *, has_arrived):
    payout_id = payouts.pay_now(
        partner_id=partner_id, currency="EUR", key=key, acting=SYSTEM, at=at
    )
    payouts.settle_by_hand(
        payout_id=payout_id, has_arrived=has_arrived, note="account_closed", acting=SYSTEM, at=at
    )


def furnished():
    design(ALPHA)
    house = furnish()
    with tenant_context(ALPHA):
        make_category("Ceramics")
        product = make_listing(house.loam, "Terracotta bottle vase", minor=6800)
        rule_id = add_rule(
            rule=rule("Welcome offer for Loam", target=house.loam.id, bps=750, fee_tax_bps=1900),
            acting=SYSTEM,
            at=now(),
        )
        add_rule(
            rule=rule("Ceramics", kind="category", target="ceramics", bps=1200, is_active=False),
            acting=SYSTEM,
            at=now(),
        )
        bank_files.choose_payer(payer=OPERATOR, acting=SYSTEM, at=now())
        payout_id = season(house)
        bank_files.export_bank_file(currency="EUR", acting=SYSTEM, at=now())
    month = now().strftime("%Y-%m")
    return house, {
        "operator": [
            "/manage/commission/",
            f"/manage/commission/{rule_id}/",
            "/manage/commission/explain/",
            f"/manage/commission/explain/?product={public_id('prod', product)}",
            "/manage/payouts/",
            "/manage/payouts/?state=failed",
            f"/manage/payouts/{public_id('pout', payout_id)}/",
            "/manage/payouts/terms/",
        ],
        "vendor": [
            "/partner/earnings/",
            f"/partner/earnings/{month}/",
            "/partner/earnings/settings/",
        ],
    }


@pytest.mark.timeout(500)
def test_pages_of_money(live_server, monkeypatch):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    house, places = furnished()
    people = {"operator": house.operator, "vendor": house.loam_owner}
    root = f"http://{ALPHA.host}:{live_server.url.rpartition(':')[2]}"
    wrong = {}
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for who, paths in places.items():
            for width in (1280, 390):
                wrong |= look(browser, _cookie(people[who]), root, width, paths)
        browser.close()

    assert wrong == {}


def look(browser, morsel, root, width, paths):
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": root}])
    wrong = {}
    for path in paths:
        name = f"{width}-{path.strip('/').replace('/', '-').replace('?', '-')[:60]}"
        found = _looked_at(context, root + path, name)
        if found:
            wrong[f"{path} {width}"] = found
    context.close()
    return wrong
