"""Browse, search, choose and fill the basket, in three themes, on a telephone and at a desk."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import Shop, assert_accessible, assert_fits, keep_screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDTHS = (390, 1280)


def look(tab: Any, shop: Shop, name: str, width: int) -> None:
    assert_fits(tab)
    assert_accessible(tab)
    keep_screen(tab, f"{shop.theme}-{name}-{width}")


def test_from_the_home_page_to_the_basket(shop: Shop, chromium: Any) -> None:
    for width in WIDTHS:
        tab = shop.tab(chromium, width)
        for path, name in (("/", "home"), ("/categories/", "categories"), ("/shops/", "shops")):
            tab.goto(path)
            look(tab, shop, name, width)
        tab.locator("article.vendor a").first.click()
        tab.wait_for_url("**/shops/*/")
        look(tab, shop, "shop", width)
        tab.goto("/search/")
        look(tab, shop, "search", width)
        tab.get_by_role("link", name=shop.titles[0], exact=True).click()
        tab.wait_for_url("**/p/**")
        look(tab, shop, "product", width)
        tab.get_by_role("button", name="Add to basket").click()
        tab.wait_for_url("**/cart/")
        assert shop.titles[0] in tab.locator("main").inner_text()
        look(tab, shop, "basket", width)
        tab.context.close()
    assert shop.complaints == []


@pytest.mark.parametrize("shop", ["loam"], indirect=True)
def test_filters_swap_the_list_and_the_address(shop: Shop, chromium: Any) -> None:
    tab = shop.tab(chromium, 1280)
    tab.goto("/search/")
    tab.evaluate("window.stays = true")
    facet = tab.locator(".facets .facet ul a").first
    label, count = facet.inner_text().splitlines()[0], facet.locator(".count").inner_text()
    facet.click()
    tab.wait_for_selector(".chosen")

    assert tab.evaluate("window.stays")
    assert "category=" in tab.url
    assert tab.locator("article.card").count() == int(count)
    assert label.split("\t")[0] in tab.locator(".chosen").inner_text()
    assert_accessible(tab)
    tab.locator(".chosen a").first.click()
    tab.wait_for_selector(".chosen", state="detached")
    assert "category=" not in tab.url
    tab.go_back()
    tab.wait_for_selector(".chosen")
    assert shop.complaints == []
    tab.context.close()


@pytest.mark.parametrize("shop", ["azur"], indirect=True)
def test_choosing_a_variant_changes_price_and_picture_in_place(shop: Shop, chromium: Any) -> None:
    tab = shop.tab(chromium, 1280)
    tab.goto("/search/")
    tab.get_by_role("link", name=shop.titles[0], exact=True).click()
    tab.evaluate("window.stays = true")
    before = tab.locator("input[name=variant]").get_attribute("value")
    tab.locator(".choice.pill:not([aria-current])").last.click()
    tab.wait_for_url("**variant=**")
    tab.wait_for_function(
        "old => document.querySelector('input[name=variant]')?.value !== old", arg=before
    )

    assert tab.evaluate("window.stays")
    assert_accessible(tab)
    assert shop.complaints == []
    tab.context.close()


@pytest.mark.parametrize("shop", ["volt"], indirect=True)
def test_suggestions_appear_while_typing(shop: Shop, chromium: Any) -> None:
    tab = shop.tab(chromium, 1280)
    tab.goto("/")
    word = max(shop.titles[0].split(), key=len)
    tab.locator("#search").press_sequentially(word[:4], delay=30)
    suggestion = tab.locator(".hdr > .wrap > .search .suggest a", has_text=shop.titles[0])
    suggestion.wait_for()
    keep_screen(tab, f"{shop.theme}-suggestions")
    assert_accessible(tab)
    suggestion.click()
    tab.wait_for_url("**/p/**")

    assert shop.complaints == []
    tab.context.close()


@pytest.mark.parametrize("shop", ["volt"], indirect=True)
def test_everything_works_without_scripts(shop: Shop, chromium: Any) -> None:
    tab = shop.tab(chromium, 390, java_script_enabled=False)
    tab.goto("/search/?q=" + shop.titles[0].split()[0])
    tab.get_by_role("link", name=shop.titles[0], exact=True).click()
    tab.locator(".choice.pill:not([aria-current])").last.click()
    tab.get_by_role("button", name="Add to basket").click()
    tab.wait_for_url("**/cart/")

    assert shop.titles[0] in tab.locator("main").inner_text()
    tab.context.close()


@pytest.mark.parametrize("shop", ["loam"], indirect=True)
def test_right_to_left_fits_and_is_accessible(shop: Shop, chromium: Any) -> None:
    for width in WIDTHS:
        tab = shop.tab(chromium, width, locale="ar")
        tab.goto("/search/")
        assert tab.evaluate("document.documentElement.dir") == "rtl"
        look(tab, shop, "search-rtl", width)
        tab.get_by_role("link", name=shop.titles[0], exact=True).click()
        tab.wait_for_url("**/p/**")
        look(tab, shop, "product-rtl", width)
        tab.context.close()
    assert shop.complaints == []
