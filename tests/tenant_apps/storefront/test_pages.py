"""The customers' pages without scripts: what they show, what they cost, and whose they are."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared_apps.kernel import memory
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import bound, tenant_context
from shared_apps.kernel.ids import public_id, uuid7
from tenant_apps.catalog.domain.drafts import ImageDraft, OptionDraft, VariantDraft
from tenant_apps.catalog.models import Variant
from tests.factories.catalog import deliver, make_category, make_listing, price
from tests.factories.partners import make_person, make_vendor
from tests.world import NOW
from themes.domain.versions import DesignChoice, start_from_preset

pytestmark = pytest.mark.django_db


def get(tenant, path, **extra):
    with bound(None):
        return Client(HTTP_HOST=tenant.host).get(path, **extra)


def page(tenant, path):
    answer = get(tenant, path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def queries_of(tenant, path):
    memory.forget_all()
    with bound(None), CaptureQueriesContext(connection) as captured:
        assert Client(HTTP_HOST=tenant.host).get(path).status_code == 200
    return [q["sql"] for q in captured if "set_config" not in q["sql"]]


@pytest.fixture
def shelf(in_alpha):
    """A vendor with one pot in a category."""
    with transaction.atomic():
        choice = DesignChoice(theme="hearth", brand_name="Alpha")
        start_from_preset(choice=choice, acting=SYSTEM, at=NOW)
    vendor = make_vendor("Loam Studio")
    category = make_category("Pots")
    stock(vendor, category, "Clay pot")
    return vendor, category


def stock(vendor, category, *titles):
    for title in titles:
        make_listing(vendor, title, category_id=category, images=(ImageDraft(file_id=uuid7()),))
    deliver()


# One of each is for the design.
PAGES = {
    "/": 8,
    "/search/": 4,
    "/search/?q=pot": 4,
    "/search/?sale=1": 2,
    "/c/pots/": 5,
    "/categories/": 4,
    "/p/clay-pot/": 5,
    "/shops/": 5,
    "/shops/loam-studio/": 5,
    "/search/suggest/?q=po": 4,
}


@pytest.mark.parametrize(("path", "number"), PAGES.items())
def test_a_page_costs_the_same_for_one_thing_and_for_many(in_alpha, shelf, path, number):
    vendor, category = shelf
    page(in_alpha, path)
    one = queries_of(in_alpha, path)
    stock(vendor, category, "Blue pot", "Red pot", "Tall pot")

    many = queries_of(in_alpha, path)

    assert (len(one), len(many)) == (number, number), "\n".join(many)


def test_what_was_just_asked_costs_only_the_design(in_alpha, shelf):
    page(in_alpha, "/p/clay-pot/")

    with bound(None), CaptureQueriesContext(connection) as captured:
        Client(HTTP_HOST=in_alpha.host).get("/p/clay-pot/")

    assert len([q for q in captured if "set_config" not in q["sql"]]) == 1


def test_nothing_of_one_marketplace_is_seen_on_another(in_alpha, beta, shelf):
    for path in PAGES:
        page(in_alpha, path)

    with tenant_context(beta):
        for path in PAGES:
            answer = get(beta, path)
            assert b"Clay pot" not in answer.content
            assert b"Loam Studio" not in answer.content
        assert get(beta, "/p/clay-pot/").status_code == 404
        assert get(beta, "/c/pots/").status_code == 404
        assert get(beta, "/shops/loam-studio/").status_code == 404


@pytest.fixture
def vase(in_alpha):
    """Two glazes and two sizes; the tall blue one is sold out."""
    options = (OptionDraft("Glaze", ("Red", "Blue")), OptionDraft("Size", ("Small", "Tall")))
    variants = tuple(
        VariantDraft(
            prices=(price(minor),), option_values=values, quantity=quantity, is_tracked=True
        )
        for values, minor, quantity in (
            (("Red", "Small"), 1000, 3),
            (("Red", "Tall"), 2000, 9),
            (("Blue", "Small"), 1100, 9),
            (("Blue", "Tall"), 2100, 0),
        )
    )
    product = make_listing(make_vendor("Kiln"), "Vase", options=options, variants=variants)
    deliver()
    return {
        tuple(row.option_values): public_id("var", row.id)
        for row in Variant.objects.filter(product_id=product)
    }


def test_choosing_an_option_keeps_the_others_and_shows_its_price(in_alpha, vase):
    html = page(in_alpha, f"/p/vase/?variant={vase['Red', 'Tall']}")

    assert "€20.00" in html
    assert f'href="?variant={vase["Blue", "Tall"]}"' in html
    assert f'name="variant" value="{vase["Red", "Tall"]}"' in " ".join(html.split())


def test_a_sold_out_choice_can_be_seen_but_not_bought(in_alpha, vase):
    html = page(in_alpha, f"/p/vase/?variant={vase['Blue', 'Tall']}")

    assert 'action="/cart/lines/"' not in html
    assert "Sold out" in html


def test_an_unknown_choice_shows_the_first_that_can_be_bought(in_alpha, vase):
    for wrong in ("var_nothing", "%25", "var_" + "a" * 200):
        assert vase["Red", "Small"] in page(in_alpha, f"/p/vase/?variant={wrong}")


def test_search_engines_read_price_and_address(in_alpha, vase):
    html = page(in_alpha, "/p/vase/")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    described = json.loads(found[1])["@graph"][0]

    assert described["offers"]["lowPrice"] == "10.00"
    assert described["offers"]["priceCurrency"] == "EUR"
    assert described["url"].endswith("alpha.galleria.localhost:8000/p/vase/")
    assert f'<link rel="canonical" href="{described["url"]}">' in html


def test_a_title_cannot_leave_its_data_block(in_alpha):
    make_listing(make_vendor("Kiln"), "</script><script>alert(1)</script>", slug="evil")
    deliver()

    html = page(in_alpha, "/p/evil/")

    assert "<script>alert" not in html
    assert "\\u003C/script\\u003E" in html


def test_a_mistyped_word_finds_the_nearest(in_alpha, shelf):
    html = page(in_alpha, "/search/?q=poot")

    assert "Clay pot" in html
    assert "Nothing was found for" in html


def test_nothing_found_says_what_to_do(in_alpha, shelf):
    assert "All categories" in page(in_alpha, "/search/?q=zzzzqqqq")
    assert "Clear all filters" in page(in_alpha, "/search/?colour=nowhere")


def test_a_new_marketplace_shows_no_empty_shelves(in_alpha):
    for path in ("/", "/search/", "/categories/", "/shops/"):
        page(in_alpha, path)


def test_a_long_list_goes_on_and_back(in_alpha):
    vendor = make_vendor("Kiln")
    for number in range(26):
        make_listing(vendor, f"Tile {number}")
    deliver()

    first = page(in_alpha, "/search/")
    following = re.search(r'rel="next"\s+href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = page(in_alpha, f"/search/{following}")

    assert first.count('<article class="card">') == 24
    assert second.count('<article class="card">') == 2
    assert 'rel="prev"' in second


def test_a_forged_cursor_is_refused(in_alpha, shelf):
    assert get(in_alpha, "/search/?cursor=nonsense").status_code == 422


def test_a_vendor_sees_a_new_price_at_once(in_alpha, shelf):
    client = Client(HTTP_HOST=in_alpha.host)
    client.force_login(make_person())
    page(in_alpha, "/search/")
    make_listing(shelf[0], "Brand new pot")
    deliver()

    with bound(None):
        assert b"Brand new pot" in client.get("/search/").content


@pytest.mark.parametrize("theme", ["hearth", "metro", "riviera"])
def test_no_link_leads_nowhere(in_alpha, shelf, theme):
    with transaction.atomic():
        choice = DesignChoice(theme=theme, brand_name="Alpha")
        start_from_preset(choice=choice, acting=SYSTEM, at=NOW)
    client = Client(HTTP_HOST=in_alpha.host)
    client.force_login(make_person())
    with bound(None):
        pages = [client.get(path) for path in ("/", "/search/", "/p/clay-pot/", "/account/")]
        found = {
            a for p in pages for a in re.findall(r'<a [^>]*?href="(/[^"#]*)"', p.content.decode())
        }
        codes = {a: client.get(a.replace("&amp;", "&")).status_code for a in sorted(found)}

    assert {"/shops/", "/orders/", "/cart/"} <= found
    # The partner centre is not for customers, and says so.
    assert {a: code for a, code in codes.items() if code >= 400} == {"/partner/": 403}
