"""A vendor's stock from close by, in pages and by API, and the mail about what ran low."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound, tenant_context
from shared_apps.kernel.ids import public_id
from shared_apps.mailer.models import Message
from tenant_apps.catalog.domain import alerts, inventory, stock
from tenant_apps.catalog.domain.inventory import ReservationUnknown, StockSettings
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.models import StockItem, StockReservation
from tenant_apps.partners.permissions import NotYourPartner
from tests.backoffice.conftest import design, furnish, visitor
from tests.factories.catalog import make_listing, only_variant
from tests.factories.partners import actor_for
from tests.world import ALPHA, BETA

pytestmark = pytest.mark.django_db
CART = "ordering.cart:1"


@pytest.fixture
def shop(alpha, beta):
    design(alpha)
    design(beta)
    house = furnish()
    with tenant_context(alpha):
        house.bowl = only_variant(make_listing(house.loam, "Bowl", quantity=5))
        house.fan = only_variant(make_listing(house.fern, "Fan", quantity=5))
        house.lena = actor_for(house.loam_owner)
    house.place = f"/partner/stock/{public_id('var', house.bowl)}/"
    return house


def hold(variant_id, quantity, holder=CART):
    with transaction.atomic():
        stock.reserve(
            lines=[StockLine(variant_id, quantity)],
            holder=holder,
            until=now() + timedelta(minutes=15),
            at=now(),
        )
    return StockReservation.objects.get(holder=holder, state="active")


def warn_at(shop, low_at):
    inventory.set_stock_settings(
        variant_id=shop.bowl, settings=StockSettings(low_at=low_at), acting=shop.lena, at=now()
    )


def test_a_vendor_notes_what_came_and_went_with_a_reason(shop):
    lena = visitor(shop.loam_owner)
    lena.post(f"{shop.place}movements/", {"kind": "receive", "change": "7", "note": "Kiln 3"})
    lena.post(f"{shop.place}movements/", {"kind": "write_off", "change": "2", "note": "Cracked"})
    page = lena.get(shop.place).content.decode()

    assert "Kiln 3" in page
    assert "+7" in page
    assert "-2" in page
    with tenant_context(ALPHA):
        assert StockItem.objects.get(pk=shop.bowl).on_hand == 10
        assert inventory.discrepancies() == []


def test_what_is_promised_cannot_be_written_off(shop):
    with tenant_context(ALPHA):
        hold(shop.bowl, 4)
    lena = visitor(shop.loam_owner)
    lena.post(f"{shop.place}movements/", {"kind": "write_off", "change": "2"})

    assert "are held or sold already" in lena.get(shop.place).content.decode()


def test_a_hold_is_let_go_by_force(shop):
    with tenant_context(ALPHA):
        held = hold(shop.bowl, 2)
    lena = visitor(shop.loam_owner)
    path = f"{shop.place}holds/{public_id('res', held.pk)}/release/"
    assert path in lena.get(shop.place).content.decode()
    lena.post(path)

    with tenant_context(ALPHA):
        item = StockItem.objects.get(pk=shop.bowl)
        assert (item.reserved, item.available) == (0, 5)
        with pytest.raises(ReservationUnknown):
            inventory.release_reservation(reservation_id=held.pk, acting=shop.lena, at=now())


def test_only_ones_own_holds_are_let_go(shop):
    with tenant_context(ALPHA):
        theirs = hold(shop.fan, 1)
        with pytest.raises(NotYourPartner):
            inventory.release_reservation(reservation_id=theirs.pk, acting=shop.lena, at=now())


def test_another_vendors_and_another_tenants_stock_is_not_there(shop):
    finn = visitor(shop.fern_owner)
    assert finn.get(shop.place).status_code == 404
    for part in ("movements/", "settings/"):
        assert finn.post(f"{shop.place}{part}", {"kind": "receive", "change": 1}).status_code == 404
    assert visitor(shop.beta_operator, BETA).get(shop.place).status_code == 403


def test_what_ran_low_is_mailed_once_a_day(shop):
    with tenant_context(ALPHA):
        warn_at(shop, 2)
        assert alerts.tell_vendors(at=now()) == 0
        hold(shop.bowl, 3)
        assert alerts.tell_vendors(at=now()) == 1
        assert alerts.tell_vendors(at=now() + timedelta(hours=1)) == 0

        message = Message.objects.get(template="catalog/low_stock")
        assert message.to == "lena@example.com"
        assert "Bowl" in message.text
        assert "2 left" in message.text


def test_what_recovered_and_fell_again_is_told_again_the_next_day(shop):
    with tenant_context(ALPHA):
        warn_at(shop, 2)
        held = hold(shop.bowl, 3)
        alerts.tell_vendors(at=now())
        inventory.release_reservation(reservation_id=held.pk, acting=shop.lena, at=now())
        assert StockItem.objects.get(pk=shop.bowl).ran_low_at is None
        hold(shop.bowl, 4, "ordering.cart:2")

        assert alerts.tell_vendors(at=now() + timedelta(hours=1)) == 0
        assert alerts.tell_vendors(at=now() + timedelta(hours=21)) == 1


def test_a_level_raised_above_the_stock_is_low_at_once(shop):
    with tenant_context(ALPHA):
        warn_at(shop, 9)
        assert StockItem.objects.get(pk=shop.bowl).ran_low_at is not None
        warn_at(shop, 1)
        assert StockItem.objects.get(pk=shop.bowl).ran_low_at is None


def test_a_stock_page_costs_the_same_with_more_movements(shop):
    lena = visitor(shop.loam_owner)
    with_one = lena.queries_of(shop.place)
    for _ in range(3):
        lena.post(f"{shop.place}movements/", {"kind": "receive", "change": "1"})

    assert (with_one, lena.queries_of(shop.place)) == (10, 10)


def send(who, method, path, body=None, key=""):
    headers = {"host": who.host} | ({"idempotency-key": key} if key else {})
    with bound(None):
        return who.client.generic(
            method,
            f"/api/v1/inventory/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers=headers,
        )


def test_inventory_by_api(shop):
    lena, guest = visitor(shop.loam_owner), visitor()
    bowl = public_id("var", shop.bowl)
    wanted = {"lines": [{"variant": bowl, "quantity": 4}]}
    assert send(guest, "POST", "check", wanted).json()["available"] is True

    held = send(lena, "POST", "reservations", wanted, key="h1")
    assert held.status_code == 201
    assert send(lena, "POST", "reservations", wanted, key="h1").json()["id"] == held.json()["id"]
    assert send(guest, "POST", "check", wanted).json()["available"] is False
    again = send(lena, "POST", "reservations", wanted, key="h2")
    assert (again.status_code, again.json()["code"]) == (409, "insufficient_stock")
    assert send(lena, "GET", f"variants/{bowl}").json()["reserved"] == 4
    assert send(lena, "DELETE", f"reservations/{held.json()['id']}").status_code == 204
    kinds = [
        each["kind"] for each in send(lena, "GET", f"variants/{bowl}/movements").json()["data"]
    ]
    assert kinds == ["release", "reserve", "receive"]
    counted = send(lena, "PUT", f"variants/{bowl}", {"on_hand": 3, "note": "shelf"})
    assert counted.json()["on_hand"] == 3


def test_inventory_by_api_is_kept_by_its_keeper(shop):
    finn, guest = visitor(shop.fern_owner), visitor()
    bowl = public_id("var", shop.bowl)
    wanted = {"lines": [{"variant": bowl, "quantity": 1}]}

    assert send(finn, "POST", "reservations", wanted, key="h1").status_code == 404
    assert send(finn, "GET", f"variants/{bowl}").status_code == 404
    assert send(guest, "GET", f"variants/{bowl}").status_code == 401
    assert send(guest, "POST", "reservations", wanted, key="h1").status_code == 401
    too_long = {**wanted, "minutes": 100_000}
    assert (
        send(visitor(shop.loam_owner), "POST", "reservations", too_long, key="h3").status_code
        == 422
    )
    assert send(guest, "POST", "check", {"lines": []}).status_code == 422
