"""The demo's worlds: complete on paper, and the same however often they are seeded."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import validate_totp_code

from config.demo import history, offers, people, seeding, studio
from config.demo.people import Password
from config.demo.seeding import Hands
from config.demo.worlds import SLUGS, load
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.ledger.domain.checks import check_books
from shared_apps.media.models import StoredFile
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.catalog.models import Product, Variant
from tenant_apps.ordering.models import VendorOrder
from tenant_apps.partners.models import Partner
from tenant_apps.promotions.models import GiftCard, Promotion
from tenant_apps.reviews.domain import ratings
from tenant_apps.reviews.models import Review
from tests.world import NOW


@pytest.mark.parametrize("slug", SLUGS)
def test_a_world_names_only_what_it_has(slug):
    world = load(slug)
    shops = {shop.name for shop in world.shops}
    shelves = {shelf.name for shelf in world.shelves}
    choices = {facet.code: set(facet.choices) for facet in world.facets}

    assert 40 <= len(world.pieces) <= 60
    assert (len(shops), len(shelves)) == (8, 7)
    for piece in world.pieces:
        assert piece.vendor in shops, piece.title
        assert piece.category in shelves, piece.title
        assert all(value in choices[code] for code, value in piece.attributes.items()), piece.title
        names = {" / ".join(choice.values) for choice in piece.choices()}
        assert piece.sold_out <= names, piece.title
        assert piece.was is None or piece.was > piece.price, piece.title


@pytest.mark.parametrize("slug", SLUGS)
def test_every_picture_is_drawn_beforehand(slug):
    world = load(slug)
    names = {shelf.art for shelf in world.shelves} | {a for p in world.pieces for a in p.art}

    assert [name for name in sorted(names) if not studio.file_of(name).exists()] == []
    assert sum(file.stat().st_size for file in studio.FOLDER.iterdir()) < 3_000_000


@pytest.mark.django_db
def test_seeding_again_adds_nothing(in_alpha, beta):
    world = load("loam")

    def seed():
        hands = Hands(world, Password("unused", "!"), NOW)
        seeding.furnish(hands)
        listed = seeding.stock_shelves(hands, world.pieces[:2])
        assert deliver_pending(at=NOW).failed == 0
        counts = (Product.objects.count(), Variant.objects.count(), Partner.objects.count())
        return listed, counts, StoredFile.objects.count()

    first, second = seed(), seed()

    assert first[0] == 2
    assert second == (0, first[1], first[2])
    with tenant_context(beta):
        assert Product.objects.count() == 0


@pytest.mark.django_db
def test_offers_are_made_once(in_alpha, beta):
    hands = Hands(load("loam"), Password("unused", "!"), NOW)
    seeding.furnish(hands)

    first, second = (offers.promote(hands=hands, at=NOW) for _ in range(2))

    assert (first, second) == (5, 0)
    assert (Promotion.objects.count(), GiftCard.objects.count()) == (5, 2)
    assert [check.name for check in check_books() if not check.holds] == []
    with tenant_context(beta):
        assert not Promotion.objects.exists()


@pytest.mark.django_db
def test_an_interrupted_seeding_goes_on(in_alpha, monkeypatch):
    world = load("volt")
    hands = Hands(world, Password("unused", "!"), NOW)
    seeding.furnish(hands)
    with monkeypatch.context() as broken:
        broken.setattr(seeding.moderation, "publish_product", _power_cut)
        with pytest.raises(InterruptedError):
            seeding.stock_shelves(hands, world.pieces[:1])

    seeding.stock_shelves(hands, world.pieces[:1])

    assert [row.state for row in Product.objects.all()] == ["published"]


def _power_cut(**_: object) -> None:
    raise InterruptedError


def test_people_are_the_same_at_every_start():
    assert people.person_id("a@loam.example") == people.person_id("a@loam.example")
    assert people.person_id("a@loam.example") != people.person_id("a@volt.example")


@pytest.mark.django_db
def test_the_admin_gets_one_second_factor_and_keeps_it(alpha, tmp_path):
    worlds = [load("loam")]
    password = Password("demo-word", "!")
    first = people.appoint_admin(password=password, at=NOW)

    assert people.appoint_admin(password=password, at=NOW) == first

    hosts = {"loam": "loam.galleria.localhost"}
    people.write_sign_ins(tmp_path, worlds=worlds, hosts=hosts, password=password, secret=first)
    code = people.second_factor(tmp_path, at=now())
    assert validate_totp_code(first, code)
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0


def test_there_is_no_demo_without_a_password(monkeypatch):
    monkeypatch.delenv("GALLERIA_DEMO_PASSWORD", raising=False)

    with pytest.raises(people.NoDemoHere):
        people.demo_password()


@pytest.mark.django_db
def test_the_weeks_before_are_lived_once_and_the_books_hold(in_alpha):
    world = load("loam")
    hands = Hands(world, Password("unused", "!"), now())
    seeding.furnish(hands)
    seeding.stock_shelves(hands, world.pieces)

    first = history.replay(world=world, password=hands.password, at=now())
    again = history.replay(world=world, password=hands.password, at=now())

    assert (first, again) == (len(history.DAYS_AGO), 0)
    assert [check.name for check in check_books() if not check.holds] == []
    assert ratings.discrepancies() == []
    assert Review.objects.filter(state="published").count() > 40
    assert VendorOrder.objects.values_list("state", flat=True).distinct().count() > 1
