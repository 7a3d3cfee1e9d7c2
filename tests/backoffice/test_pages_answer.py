from __future__ import annotations

import pytest

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tests.backoffice.conftest import visitor
from tests.factories.catalog import make_category, make_listing, make_product
from tests.world import ALPHA, BETA

PARTNER = (
    "/partner/",
    "/partner/products/",
    "/partner/products/new/",
    "/partner/stock/",
    "/partner/imports/",
    "/partner/team/",
    "/partner/settings/",
    "/partner/apply/",
)
MANAGE = (
    "/manage/",
    "/manage/approvals/",
    "/manage/approvals/?state=",
    "/manage/partners/",
    "/manage/categories/",
    "/manage/brand/",
    "/manage/people/",
    "/manage/search/?q=linen",
    "/manage/subscription/",
    "/manage/commission/",
    "/manage/payments/",
)


@pytest.mark.parametrize("path", PARTNER)
def test_a_vendors_pages_answer_empty_and_full(house, vendor, path):
    assert vendor.get(path).status_code == 200
    with tenant_context(ALPHA):
        make_listing(house.loam)
        make_product(house.loam, "Draft bowl")

    assert vendor.get(path).status_code == 200


@pytest.mark.parametrize("path", MANAGE)
def test_the_operators_pages_answer_empty_and_full(house, operator, path):
    assert operator.get(path).status_code == 200
    with tenant_context(ALPHA):
        make_category()
        make_listing(house.loam)

    assert operator.get(path).status_code == 200


@pytest.mark.parametrize("path", [*PARTNER[:-1], *MANAGE])
def test_a_customer_is_refused_and_a_visitor_sent_to_sign_in(house, customer, path):
    refused, sent = customer.get(path), visitor().get(path)

    assert refused.status_code == 403
    assert sent.status_code == 302
    assert sent["Location"].startswith("/account/login/")


@pytest.mark.parametrize("path", MANAGE)
def test_a_vendor_does_not_manage(house, vendor, path):
    assert vendor.get(path).status_code == 403


def test_another_vendors_product_is_not_there(house, vendor):
    with tenant_context(ALPHA):
        theirs = public_id("prod", make_product(house.fern, "Paper fan"))

    assert vendor.get(f"/partner/products/{theirs}/").status_code == 404
    for part in ("", "options/", "variants/", "pictures/", "move/"):
        answer = vendor.post(
            f"/partner/products/{theirs}/{part}", {"title": "Mine", "move": "archive"}
        )
        assert answer.status_code == 404, part


def test_betas_operator_is_nobody_on_alpha(house):
    abroad = visitor(house.beta_operator, BETA)
    assert abroad.get("/manage/").status_code == 200
    there = visitor()
    there.client.cookies = abroad.client.cookies

    assert there.get("/manage/").status_code == 302


def test_betas_operator_sees_nothing_of_alpha(house):
    with tenant_context(ALPHA):
        product = make_listing(house.loam, "Alpha-only bowl")
    abroad = visitor(house.beta_operator, BETA)

    assert b"Alpha-only" not in abroad.get("/manage/approvals/?state=").content
    assert b"Loam Studio" not in abroad.get("/manage/partners/").content
    assert abroad.get(f"/manage/approvals/{public_id('prod', product)}/").status_code == 404
    assert abroad.get(f"/manage/partners/{house.loam.public_id}/").status_code == 404
