"""A customer's address book: pages, API, and one default."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from tenant_apps.places.domain import book
from tenant_apps.places.domain.addresses import Address
from tenant_apps.places.domain.book import ADDRESSES_MAX, BookFull
from tenant_apps.places.models import SavedAddress
from tests.factories import shop
from tests.tenant_apps.ordering.test_api import Program
from tests.tenant_apps.ordering.test_pages import Browser

HOME = {
    "name": "Cy Customer",
    "line1": "1 Quay Street",
    "city": "Galway",
    "country": "IE",
    "postcode": "H91 XY12",
}


def address(**changes):
    return Address(**{**HOME, **changes})


@pytest.fixture
def cy(in_alpha):
    return shop.make_user("cy@customers.example")


@pytest.mark.django_db
def test_first_is_the_default_and_the_same_is_kept_once(cy):
    first = book.save_address(user_id=cy.id, address=address(), at=now())
    again = book.save_address(user_id=cy.id, address=address(), at=now())
    other = book.save_address(user_id=cy.id, address=address(line1="2"), at=now())

    assert first == again != other
    assert [each.is_default for each in book.address_book(cy.id)] == [True, False]
    book.choose_default(user_id=cy.id, address_id=other)
    assert book.address_book(cy.id)[0].id == other
    book.remove_address(user_id=cy.id, address_id=other)
    assert [(each.id, each.is_default) for each in book.address_book(cy.id)] == [(first, True)]


@pytest.mark.django_db
def test_a_book_has_an_end(cy):
    for number in range(ADDRESSES_MAX):
        book.save_address(user_id=cy.id, address=address(line1=str(number)), at=now())
    with pytest.raises(BookFull):
        book.save_address(user_id=cy.id, address=address(line1="one more"), at=now())


@pytest.mark.django_db
def test_pages(cy, in_alpha):
    browser = Browser(in_alpha, cy)
    assert browser.post("/account/addresses/", **HOME).status_code == 302
    wrong = browser.post("/account/addresses/", **{**HOME, "postcode": "x"})
    assert wrong.status_code == 422
    assert "This is not a postcode of Ireland." in wrong.content.decode()

    page = browser.get("/account/addresses/").content.decode()
    (entry,) = book.address_book(cy.id)
    assert "1 Quay Street" in page
    path = f"/account/addresses/{entry.public_id}/"
    assert browser.post(path, **{**HOME, "city": "Cork"}).status_code == 302
    assert book.address_book(cy.id)[0].address.city == "Cork"
    stranger = Browser(in_alpha, shop.make_user("dee@customers.example"))
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}removal/").status_code == 404
    assert Browser(in_alpha).get("/account/addresses/").status_code == 302
    assert browser.post(f"{path}removal/").status_code == 302
    assert not SavedAddress.objects.exists()


@pytest.mark.django_db
def test_api(cy, in_alpha):
    program = Program(in_alpha, cy)
    made = program.call("POST", "/addresses", {**HOME, "phone": "+353 1"}, expect=201)

    assert program.call("GET", "/addresses")["data"] == [made]
    path = f"/addresses/{made['id']}"
    changed = program.call("PUT", path, {**HOME, "city": "Cork"})
    assert (changed["city"], changed["is_default"]) == ("Cork", True)
    stranger = Program(in_alpha, shop.make_user("dee@customers.example"))
    stranger.call("GET", path, expect=404)
    Program(in_alpha).call("GET", "/addresses", expect=401)
    program.call("DELETE", path, expect=204)
    program.call("GET", path, expect=404)


@pytest.mark.django_db(transaction=True)
def test_many_defaults_at_once_leave_one(in_alpha):
    cy = shop.make_user("cy@customers.example")
    ids = [
        book.save_address(user_id=cy.id, address=address(line1=str(number)), at=now())
        for number in range(5)
    ]

    def choose(address_id):
        with tenant_context(in_alpha):
            book.choose_default(user_id=cy.id, address_id=address_id)
        connection.close()

    threads = [threading.Thread(target=choose, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert SavedAddress.objects.filter(is_default=True).count() == 1
