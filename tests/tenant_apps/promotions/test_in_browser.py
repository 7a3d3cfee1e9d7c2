"""Wallet, gift cards and promotions in Chromium at desk and phone width, light and dark: axe finds nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import operation
from tenant_apps.promotions.domain import discounts, gift_cards, loyalty, promotions
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft
from tenant_apps.wallet.domain import holds
from tests.backoffice.conftest import design, furnish
from tests.backoffice.test_in_browser import _cookie, _looked_at
from tests.tenant_apps.promotions.conftest import ADA, TEN_PER_CENT, eur, line, order
from tests.tenant_apps.wallet.conftest import fund
from tests.themes.test_pages_in_browser import FLAGS
from tests.world import ALPHA, BETA

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def furnished():
    """A house with something on every page; the addresses to look at by who looks."""
    for tenant in (ALPHA, BETA):
        design(tenant)
    house = furnish()
    with tenant_context(ALPHA):
        at = now()
        drafts = {
            "TEN": replace(TEN_PER_CENT, title="Ten off for everybody", starts_at=at, uses_max=200),
            "SPRING": replace(
                TEN_PER_CENT,
                title="Spring in the kitchen",
                code="SPRING",
                scope="category",
                targets=("home/bowls", "home/jugs"),
                bearer="shared",
                share_bps=5000,
                starts_at=at + timedelta(days=9),
                ends_at=at + timedelta(days=30),
            ),
            "": replace(TEN_PER_CENT, title="Letter to old friends", code="", starts_at=at),
        }
        made = {
            code: promotions.create_promotion(draft=draft, acting=ADA, at=at)
            for code, draft in drafts.items()
        }
        promotions.generate_vouchers(promotion_id=made[""], count=30, acting=ADA, at=at)
        own = promotions.create_promotion(
            draft=replace(
                TEN_PER_CENT, title="Loam week", code="LOAM", bearer="vendor", starts_at=at
            ),
            vendor_id=house.loam.id,
            acting=ADA,
            at=at,
        )
        _used(house, at)
        loyalty.choose_loyalty(bps=200, acting=ADA, at=at)
        for note in ("Lost parcel", "Prize of the raffle"):
            gift_cards.issue(draft=GiftCardDraft(eur("25.00"), note=note), acting=ADA, at=at)
        _wallet(house.customer.id, at)
    detail = {
        code: f"/manage/promotions/{public_id('promo', each)}/" for code, each in made.items()
    }
    return house, {
        "operator": [
            "/manage/promotions/",
            "/manage/promotions/new/",
            detail["TEN"],
            detail[""],
            f"{detail['SPRING']}change/",
            "/manage/gift-cards/",
            "/manage/wallets/",
            f"/manage/wallets/{house.customer.public_id}/",
        ],
        "vendor": [
            "/partner/promotions/",
            "/partner/promotions/new/",
            f"/partner/promotions/{public_id('promo', own)}/",
        ],
        "customer": ["/account/wallet/", "/gift-cards/", "/gift-cards/balance/", "/account/"],
    }


def _used(house, at):
    for number, amount in enumerate(("54.00", "17.90", "120.00")):
        lines = [line(house.loam.id, amount)]
        quote = discounts.quote(
            codes=["TEN"],
            lines=lines,
            delivery={},
            user_id=None,
            email=f"c{number}@example.com",
            currency="EUR",
            at=at,
        )
        operation(discounts.reserve_codes)(
            quote=quote, subject=order(f"o{number}"), user_id=None, email="", at=at
        )
    operation(discounts.confirm_codes)(subject=order("o1"), at=at)


def _wallet(user_id, at):
    fund(user_id, eur("75.00"))
    for number, amount in enumerate((1990, 1200)):
        hold_id = operation(holds.hold)(
            source=f"wallet:{user_id}",
            amount=Money(amount, "EUR"),
            key=f"h{number}",
            subject=order("01930000-0000-7000-8000-0000000000aa"),
            at=at,
        )
        if number:
            operation(holds.release_hold)(hold_id=hold_id, at=at)


@pytest.mark.timeout(900)
def test_pages_are_clean(live_server, monkeypatch):
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    house, places = furnished()
    people = {"operator": house.operator, "vendor": house.loam_owner, "customer": house.customer}
    cookies = {who: _cookie(person) for who, person in people.items()}
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
                    found = _looked_at(context, root + path, f"c-{who}-{index}-{width}-{scheme}")
                    if found:
                        wrong[f"{path} {width} {scheme}"] = found
                context.close()
        browser.close()

    assert wrong == {}
