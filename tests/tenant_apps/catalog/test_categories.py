from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import NotAllowed, Unprocessable
from tenant_apps.catalog.domain import categories
from tenant_apps.catalog.domain.categories import CategoryDraft
from tenant_apps.catalog.models import Category
from tenant_apps.catalog.queries import categories_flat, category_at, category_tree
from tests.factories.catalog import deliver, make_category, make_listing
from tests.factories.partners import actor_for, make_person, make_vendor
from tests.world import NOW


def edit(category_id, **draft):
    categories.edit_category(
        category_id=category_id, draft=CategoryDraft(**draft), acting=SYSTEM, at=NOW
    )


def test_the_tree_is_one_query(in_alpha, django_assert_num_queries):
    clothing = make_category()
    make_category("Shirts", parent_id=clothing)
    make_category("Music")

    with django_assert_num_queries(1):
        tree = category_tree()
    with django_assert_num_queries(1):
        flat = categories_flat()
    with django_assert_num_queries(1):
        page = category_at("clothing")

    assert [(node.name, [child.name for child in node.children]) for node in tree] == [
        ("Clothing", ["Shirts"]),
        ("Music", []),
    ]
    assert [node.path for node in flat] == ["clothing", "clothing/shirts", "music"]
    assert [child.path for child in page.children] == ["clothing/shirts"]


def test_moving_a_category_moves_what_is_below(in_alpha):
    clothing = make_category()
    shirts = make_category("Shirts", parent_id=clothing)
    make_category("Linen", parent_id=shirts)
    home = make_category("Home")

    edit(shirts, name="Tops", parent_id=home)

    linen = category_at("home/tops/linen")
    assert [crumb.name for crumb in linen.crumbs] == ["Home", "Tops", "Linen"]
    assert [crumb.path for crumb in linen.crumbs] == ["home", "home/tops", "home/tops/linen"]


def test_a_category_cannot_be_below_itself(in_alpha):
    clothing = make_category()
    shirts = make_category("Shirts", parent_id=clothing)

    with pytest.raises(Unprocessable):
        edit(clothing, name="Clothing", parent_id=shirts)


def test_addresses_are_unique_and_depth_is_limited(in_alpha):
    parent = make_category()
    with pytest.raises(categories.CategoryTaken):
        make_category()
    for level in range(categories.DEPTH_MAX):
        parent = make_category(f"Level {level}", parent_id=parent)
    with pytest.raises(Unprocessable):
        make_category("Too deep", parent_id=parent)


def test_only_empty_categories_go(in_alpha):
    category = make_category()
    make_listing(make_vendor(), category_id=category)

    with pytest.raises(categories.CategoryInUse):
        categories.remove_category(category_id=category, acting=SYSTEM, at=NOW)
    empty = make_category("Empty")
    categories.remove_category(category_id=empty, acting=SYSTEM, at=NOW)

    assert not Category.objects.filter(pk=empty).exists()


def test_only_the_operator_changes_the_tree(in_alpha):
    with pytest.raises(NotAllowed):
        categories.create_category(
            draft=CategoryDraft("Mine"), acting=actor_for(make_person()), at=NOW
        )


def test_cards_follow_a_renamed_category(in_alpha):
    from tenant_apps.discovery.queries import cards

    category = make_category()
    make_listing(make_vendor(), category_id=category)
    deliver()

    edit(category, name="Apparel")
    deliver()

    assert [card.category_path for card in cards(category="apparel").cards] == ["apparel"]
    assert cards(category="clothing").cards == ()
