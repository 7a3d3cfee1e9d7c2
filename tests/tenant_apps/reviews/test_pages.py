"""Reviews as a buyer, a vendor, the operator and a visitor use them; without scripts."""

from __future__ import annotations

import pytest

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ids import public_id
from tenant_apps.reviews import queries
from tenant_apps.reviews.domain import reviews
from tenant_apps.reviews.domain.reviews import Wording
from tenant_apps.reviews.models import Review
from tests.backoffice.conftest import design, visitor
from tests.factories.catalog import deliver
from tests.factories.partners import make_person
from tests.factories.reviews import make_order
from tests.tenant_apps.reviews.conftest import arrived
from tests.world import ALPHA, BETA, NOW

pytestmark = pytest.mark.django_db
WORDS = {"rating": "5", "title": "Lovely bowl", "text": "Sits well in the hand."}


@pytest.fixture
def shop(alpha, beta):
    for tenant in (alpha, beta):
        design(tenant)
    with tenant_context(alpha):
        world = arrived()
        deliver()
        world.cy_user = Review._meta.get_field("written_by").related_model.objects.get(
            pk=world.cy.id
        )
        world.lena_user = type(world.cy_user).objects.get(pk=world.lena.id)
        world.ada = make_person("ada@alpha.example", roles=("operator",))
    world.order_id = public_id("ord", world.order.pk)
    world.bowl_id = public_id("prod", world.bowl)
    return world


def write(world, subject, rating=4, **words):
    with tenant_context(ALPHA):
        return reviews.write_review(
            subject=subject,
            order_id=world.order.pk,
            wording=Wording(rating, **words),
            acting=world.cy,
            at=NOW,
        )


def test_a_buyer_writes_changes_and_takes_back(shop):
    cy = visitor(shop.cy_user)
    place = f"/orders/{shop.order_id}/reviews/"
    page = cy.get(place).content.decode()
    assert page.count('class="star-input"') == 4

    assert cy.post(f"{place}{shop.bowl_id}/", WORDS)["Location"] == place
    product = visitor().get("/p/bowl/").content.decode()
    assert "Lovely bowl" in product
    assert "Verified purchase" in product
    assert '"reviewCount":1' in product

    with tenant_context(ALPHA):
        review = Review.objects.get()
    revision = f"/reviews/{public_id('rev', review.pk)}/"
    cy.post(f"{revision}revision/", WORDS | {"rating": "2"})
    with tenant_context(ALPHA):
        assert queries.rating_of(shop.of_bowl).average == 2.0
    cy.post(f"{revision}withdrawal/")
    with tenant_context(ALPHA):
        assert queries.rating_of(shop.of_bowl).count == 0


def test_stars_are_needed_and_a_second_review_is_refused_in_words(shop):
    cy = visitor(shop.cy_user)
    place = f"/orders/{shop.order_id}/reviews/"
    cy.post(f"{place}{shop.bowl_id}/", {"title": "No stars"})
    assert "Choose one to five stars." in cy.get(place).content.decode()
    cy.post(f"{place}{shop.bowl_id}/", WORDS)
    cy.post(f"{place}{shop.bowl_id}/", WORDS)

    assert "You reviewed this after this order already" in cy.get(place).content.decode()
    with tenant_context(ALPHA):
        assert Review.objects.count() == 1


def test_nobody_else_reaches_an_orders_reviews(shop):
    place = f"/orders/{shop.order_id}/reviews/"
    assert visitor(shop.lena_user).get(place).status_code == 404
    assert visitor().get(place).status_code == 302
    answer = visitor(shop.lena_user).post(f"{place}{shop.bowl_id}/", WORDS)
    assert answer.status_code == 403
    with tenant_context(BETA):
        stranger = make_person("di@beta.example")
    assert visitor(stranger, BETA).get(place).status_code == 404


def test_the_list_filters_by_stars_and_knows_only_what_is_on_sale(shop):
    write(shop, shop.of_bowl, 4, title="Four")
    write(shop, shop.of_loam, 2, title="Two")
    guest = visitor()
    place = f"/reviews/{shop.bowl_id}/"

    assert "Four" in guest.get(place).content.decode()
    assert "Nobody gave that many stars" in guest.get(f"{place}?stars=5").content.decode()
    assert "Two" in guest.get(f"/reviews/{shop.loam.public_id}/").content.decode()
    assert "Two" in guest.get(f"/shops/{shop.loam.slug}/").content.decode()
    assert guest.get(f"/reviews/{public_id('user', shop.cy_user.pk)}/").status_code == 404
    assert visitor(None, BETA).get(place).status_code == 404


def test_what_is_written_is_text_and_never_markup(shop):
    write(shop, shop.of_bowl, 1, title="<script>alert(1)</script>", text="<b>bold</b>")
    page = visitor().get(f"/reviews/{shop.bowl_id}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;b&gt;bold" in page
    assert "<script>alert" not in visitor().get("/p/bowl/").content.decode()


def test_the_vendor_answers_and_the_operator_decides(shop):
    review_id = public_id("rev", write(shop, shop.of_bowl, 2, title="Chipped"))
    lena, ada, cy = visitor(shop.lena_user), visitor(shop.ada), visitor(shop.cy_user)

    assert "Chipped" in lena.get("/partner/reviews/").content.decode()
    lena.post(f"/partner/reviews/{review_id}/reply/", {"text": "We sent a new one."})
    assert "We sent a new one." in visitor().get("/p/bowl/").content.decode()
    assert "All answered" in lena.get("/partner/reviews/").content.decode()

    cy.post(f"/reviews/{review_id}/reports/", {"reason": "fake"})
    assert "Chipped" in ada.get("/manage/reviews/").content.decode()
    ada.post(f"/manage/reviews/{review_id}/hiding/", {"reason": "fake", "tab": "reported"})
    assert "Chipped" not in visitor().get(f"/reviews/{shop.bowl_id}/").content.decode()
    assert "Chipped" in ada.get("/manage/reviews/?tab=hidden").content.decode()
    assert ada.post(f"/manage/reviews/{review_id}/burning/").status_code == 404
    assert cy.post(f"/manage/reviews/{review_id}/publication/").status_code == 403
    ada.post(f"/manage/reviews/{review_id}/publication/")
    assert "Chipped" in visitor().get(f"/reviews/{shop.bowl_id}/").content.decode()


def test_order_pages_invite_the_buyer_and_show_the_buyer_to_the_vendor(shop):
    page = visitor(shop.cy_user).get(f"/orders/{shop.order_id}/").content.decode()
    assert f"/orders/{shop.order_id}/reviews/" in page

    part = shop.order.vendor_orders.filter
    with tenant_context(ALPHA):
        mine = public_id("vord", part(vendor_id=shop.loam.id).get().pk)
    lena = visitor(shop.lena_user)
    assert "Rate this buyer" in lena.get(f"/partner/orders/{mine}/").content.decode()
    lena.post(f"/partner/orders/{mine}/buyer-review/", {"rating": "5"})
    assert "from you" in lena.get(f"/partner/orders/{mine}/").content.decode()
    assert lena.get("/partner/reviews/?tab=all").content.decode().count("review-head") == 0


@pytest.mark.parametrize(
    ("path", "queries_expected"),
    [("/partner/reviews/?tab=all", 10), ("/manage/reviews/?tab=published", 10)],
)
def test_a_list_costs_the_same_with_one_and_with_three(shop, path, queries_expected):
    who = visitor(shop.ada if path.startswith("/manage") else shop.lena_user)
    write(shop, shop.of_bowl)
    with_one = who.queries_of(path)
    for _ in range(2):
        with tenant_context(ALPHA):
            shop.order = make_order(shop.cy_user.pk, [shop.bowl])
        write(shop, shop.of_bowl)

    assert (with_one, who.queries_of(path)) == (queries_expected, queries_expected)
