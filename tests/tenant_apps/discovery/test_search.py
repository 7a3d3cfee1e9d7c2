from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.catalog.domain import inventory, moderation, products
from tenant_apps.discovery.domain import facets
from tenant_apps.discovery.domain.rebuild import rebuild_products
from tenant_apps.discovery.models import ListingCard
from tenant_apps.discovery.queries import (
    SearchQuery,
    cards,
    cards_by_ref,
    category_page,
    related,
    resolve,
    search,
    suggest,
    vendor_page,
)
from tenant_apps.discovery.queries.suggestions import slips_between
from tenant_apps.partners.domain import applications
from tenant_apps.partners.queries import PartnerNotFound
from tests.factories.catalog import (
    colours_and_sizes,
    deliver,
    draft_of,
    make_category,
    make_listing,
    only_variant,
    price,
)
from tests.factories.partners import make_vendor
from tests.world import NOW


def titles(page):
    return [card.title for card in page.cards]


def ask(text="", **chosen):
    wanted = {
        name: frozenset([value] if isinstance(value, str) else value)
        for name, value in chosen.items()
    }
    return search(SearchQuery(text=text, facets=wanted))


def counts(page, code):
    group = next((group for group in page.facets if group.code == code), None)
    return {value.value: value.count for value in group.values} if group else {}


@pytest.fixture
def shop(in_alpha):
    """Shirts red/S and blue/M; hoodies red/M; lamps without options."""
    vendor, other = make_vendor(), make_vendor("Volt")
    clothing = make_category()
    shirts = make_category("Shirts", parent_id=clothing)
    home = make_category("Home")
    make_listing(
        vendor,
        "Linen shirt",
        category_id=shirts,
        brand="Fjord",
        description_html="<p>For running on warm days</p>",
        **colours_and_sizes([("Red", "S", 2000), ("Blue", "M", 6000)]),
    )
    make_listing(
        vendor,
        "Warm hoodie",
        category_id=clothing,
        **colours_and_sizes([("Red", "M", 4000)]),
    )
    make_listing(other, "Desk lamp", category_id=home, minor=9000, tags=("light",))
    deliver()
    return vendor


def test_filters_hold_within_one_variant(shop):
    assert titles(ask(color="red", size="m")) == ["Warm hoodie"]
    assert set(titles(ask(color="red"))) == {"Linen shirt", "Warm hoodie"}
    # The blue shirt is 60.00; the red one 20.00.
    dear = search(SearchQuery(facets={"color": frozenset({"red"})}, price_min=Money(5000, "EUR")))
    assert dear.cards == ()


def test_facets_are_disjunctive(shop):
    page = ask(color="red")

    # Other colours as if none were chosen; everything else within red.
    assert counts(page, "color") == {"red": 2, "blue": 1}
    assert counts(page, "size") == {"s": 1, "m": 1}
    assert counts(page, "category") == {"clothing": 2, "clothing/shirts": 1}
    assert page.total == 2
    both = ask(color="red", size="s")
    assert counts(both, "color") == {"red": 1}
    assert counts(both, "size") == {"s": 1, "m": 1}


def test_choices_of_one_group_add_up(shop):
    assert set(titles(ask(color=["red", "blue"], size="m"))) == {"Linen shirt", "Warm hoodie"}


def test_counts_are_what_choosing_shows(shop):
    page = ask()
    for group in page.facets:
        for value in group.values:
            assert ask(**{group.code: value.value}).total == value.count


def test_words_are_found_as_written_stemmed_and_unfinished(shop):
    assert titles(ask("linen")) == ["Linen shirt"]
    assert titles(ask("shirts")) == ["Linen shirt"]
    assert titles(ask("run")) == ["Linen shirt"]
    assert titles(ask("hood")) == ["Warm hoodie"]
    assert titles(ask("Fjord")) == ["Linen shirt"]
    assert titles(ask("volt")) == ["Desk lamp"]
    assert titles(ask('"desk lamp"')) == ["Desk lamp"]
    assert titles(ask("warm -hoodie")) == ["Linen shirt"]


def test_titles_rank_above_descriptions(shop):
    assert titles(ask("warm")) == ["Warm hoodie", "Linen shirt"]


def test_accents_do_not_matter(in_alpha):
    make_listing(make_vendor(), "Café crème")
    deliver()

    assert titles(ask("cafe creme")) == titles(ask("CAFÉ")) == ["Café crème"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("linnen", "linen"), ("shrit", "shirt"), ("hodie", "hoodie"), ("lmap", "lamp")],
)
def test_typos_are_forgiven(shop, typed, meant):
    page = ask(typed)

    assert page.did_you_mean == meant
    assert page.total == 1


def test_nonsense_finds_nothing(shop):
    page = ask("xqzkjw")

    assert (page.total, page.cards, page.did_you_mean) == (0, (), "")


@pytest.mark.parametrize(
    "text", ["'", "a & b", "!!", "(", "a:*", "\\", "x' OR 1=1 --", "%", "🙂", "\u0000"]
)
def test_odd_texts_do_not_break_the_search(shop, text):
    text = text.replace("\x00", "")
    assert search(SearchQuery(text=text)).total >= 0
    assert suggest(text) is not None


def test_suggestions_complete_and_correct(shop, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = suggest("desk la")
    assert found.texts == ("desk lamp",)
    assert [card.title for card in found.cards] == ["Desk lamp"]
    assert suggest("hoodei").did_you_mean == "hoodie"
    assert suggest("").texts == ()


def test_prices_and_availability_are_facets(shop):
    page = ask()

    ranges = {
        (value.low.minor, value.high.minor): value.count
        for group in page.facets
        if group.code == "price"
        for value in group.values
    }
    assert ranges == {(1000, 2500): 1, (2500, 5000): 1, (5000, 10000): 2}
    assert counts(page, "availability") == {"in-stock": 3}


def test_sold_out_shows_at_once(in_alpha):
    product_id = make_listing(make_vendor(), quantity=1)
    deliver()
    inventory.count_stock(variant_id=only_variant(product_id), on_hand=0, acting=SYSTEM, at=NOW)
    deliver()

    assert not cards().cards[0].in_stock
    assert ask(availability="in-stock").total == 0
    inventory.count_stock(variant_id=only_variant(product_id), on_hand=2, acting=SYSTEM, at=NOW)
    deliver()
    assert ask(availability="in-stock").total == 1


def test_sorting_and_paging_see_everything_once(in_alpha):
    vendor = make_vendor()
    for number in range(7):
        make_listing(vendor, f"Lamp {number}", minor=1000 + number % 3)
    deliver()

    for sort in ("", "relevance", "newest", "price", "-price", "popular", "rating", "title"):
        for text in ("", "lamp"):
            seen, cursor = [], ""
            while True:
                page = search(SearchQuery(text=text, sort=sort, cursor=cursor, limit=3))
                seen += titles(page)
                cursor = page.next_cursor
                if not cursor:
                    break
            assert sorted(seen) == [f"Lamp {number}" for number in range(7)], (sort, text)
    cheap = [card.price.minor for card in cards(sort="price").cards]
    assert cheap == sorted(cheap)
    assert [card.price.minor for card in cards(sort="-price").cards] == cheap[::-1]


def test_cards_follow_their_product(in_alpha):
    vendor = make_vendor()
    product_id = make_listing(vendor)
    deliver()
    products.edit_product(
        product_id=product_id,
        draft=draft_of(
            "Wool shirt", variants=(draft_of().variants[0].__class__(prices=(price(3000, 4000),)),)
        ),
        acting=SYSTEM,
        at=NOW,
    )
    deliver()
    card = cards().cards[0]
    assert (card.title, card.price.minor, card.saving_percent) == ("Wool shirt", 3000, 25)

    moderation.archive(product_id=product_id, acting=SYSTEM, at=NOW)
    deliver()

    assert cards().cards == ()
    assert resolve(Ref("catalog.product", str(product_id))).title == "Wool shirt"


def test_suspended_vendors_disappear_and_return(in_alpha):
    vendor = make_vendor()
    make_listing(vendor)
    deliver()
    applications.suspend(partner_id=vendor.id, reason="late", acting=SYSTEM, at=NOW)
    deliver()
    assert ask().total == 0
    with pytest.raises(PartnerNotFound):
        vendor_page(vendor.slug)

    applications.resume(partner_id=vendor.id, acting=SYSTEM, at=NOW)
    deliver()

    assert titles(vendor_page(vendor.slug).page) == ["Linen shirt"]


def test_a_rebuild_brings_everything_back(shop, django_assert_num_queries):
    before = {card.title: card for card in cards().cards}
    ListingCard.objects.update(title="stale", is_listed=False)

    done = rebuild_products(at=NOW)

    assert (done.cards, done.hidden) == (3, 0)
    assert {card.title: card for card in cards().cards} == before


def test_lists_cost_what_they_say(shop, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(cards(limit=24).cards) == 3
    with django_assert_num_queries(2):
        search(SearchQuery(text="shirt", facets={"color": frozenset({"red"})}))
    with django_assert_num_queries(3):
        page = category_page("clothing")
    with django_assert_num_queries(2):
        vendor_page("loam-studio")
    card = page.found.cards[0]
    with django_assert_num_queries(1):
        near = related(card.ref, category_path=card.category_path, owner_id=card.owner_id)
    with django_assert_num_queries(1):
        assert cards_by_ref([card.ref]) == {card.ref: card}
    assert set(titles(page.found)) == {"Linen shirt", "Warm hoodie"}
    assert [child.path for child in page.category.children] == ["clothing/shirts"]
    assert len(near) == 1


def test_indexes_are_of_one_tenant(alpha, beta):
    with tenant_context(alpha):
        make_listing(make_vendor(), "Secret lamp")
        deliver()
    with tenant_context(beta):
        assert ask("secret").total == 0
        assert cards().cards == ()
        assert suggest("secr").texts == ()


def test_tokens_read_back():
    assert facets.value_token("Color", "Navy Blue").text == "color=navy-blue"
    assert facets.value_token("Price", "x").text == "price-option=x"
    assert facets.value_token("Größe", "XL").group == "grosse"
    assert facets.value_token("味", "甘い").value != facets.value_token("味", "辛い").value
    assert facets.price_token(Money(2500, "EUR")).text == "price=2500-5000"
    assert facets.price_token(Money(999_999_999, "EUR")).text == "price=500000-"
    assert facets.price_token(Money(900, "JPY")).text == "price=0-1000"


@pytest.mark.parametrize(
    ("first", "second", "slips"),
    [
        ("shirt", "shrit", 1),
        ("lamp", "lamp", 0),
        ("lamp", "lmap", 1),
        ("a", "abc", 2),
        ("", "ab", 2),
    ],
)
def test_slips_are_counted(first, second, slips):
    assert slips_between(first, second) == slips_between(second, first) == slips
