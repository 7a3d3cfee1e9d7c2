"""One item or three: a list costs the same."""

from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import tenant_context
from tenant_apps.catalog.domain import moderation
from tenant_apps.integrations.domain.imports import ImportOrder, queue_import
from tests.factories.catalog import make_category, make_product
from tests.factories.partners import make_applicant, make_person, put_in_team
from tests.world import ALPHA, NOW

# Session, person, roles, the look, the shop and what the person may there are in every number.
EXPECTED = {
    "/partner/products/": 9,
    "/partner/stock/": 8,
    "/partner/imports/": 8,
    "/partner/team/": 10,
    "/partner/": 20,
    "/manage/approvals/": 9,
    "/manage/partners/": 9,
    "/manage/categories/": 10,
    "/manage/people/": 10,
    "/manage/brand/": 10,
    "/manage/": 17,
}


def _add(house, name):
    """One more of everything that the lists show."""
    with tenant_context(ALPHA):
        make_category(name)
        product = make_product(house.loam, name)
        moderation.submit(product_id=product, acting=SYSTEM, at=NOW)
        person = make_person(f"{name}@example.com")
        put_in_team(house.loam.id, person, "inventory")
        make_applicant(make_person(f"{name}-too@example.com"), f"{name} shop")
        order = ImportOrder("shopify-products", house.loam.id, "/nowhere.csv", name, "EUR")
        queue_import(order=order, acting=SYSTEM, at=NOW, by_hand=True)


@pytest.mark.parametrize("path", EXPECTED)
def test_a_list_costs_the_same_with_one_and_with_three(house, vendor, operator, path):
    who = operator if path.startswith("/manage/") else vendor
    _add(house, "one")
    with_one = who.queries_of(path)
    _add(house, "two")
    _add(house, "three")
    with_three = who.queries_of(path)

    assert (with_one, with_three) == (EXPECTED[path], EXPECTED[path])
