"""The operator about wallets: what is owed to whom, and something out of goodwill."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import NotAllowed
from shared_apps.ledger.queries import balance_of
from tenant_apps.wallet.domain import balances
from tenant_apps.wallet.queries import owed_to_customers, wallet_of
from tests.factories.shop import make_user
from tests.tenant_apps.ordering.test_pages import Browser
from tests.tenant_apps.wallet.conftest import assert_books_hold, eur, fund
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(in_alpha):
    return Browser(in_alpha, make_user("ada@alpha.example", roles=("operator",)))


def test_operator_gives_something(cy, operator):
    place = f"/manage/wallets/{cy.public_id}/"

    answer = operator.post(place, amount="7.50", note="Late parcel")

    assert answer["Location"] == place
    assert wallet_of(cy.id, "EUR").available == eur("107.50")
    assert balance_of("goodwill", "EUR") == eur("107.50")
    assert "€107.50" in operator.get(place).content.decode()
    entry = AuditEntry.objects.get(action="wallet.credit.give")
    assert entry.changes["note"] == "Late parcel"
    assert_books_hold()


@pytest.mark.parametrize(
    ("amount", "note"), [("0", "x"), ("1000.01", "x"), ("1.005", "x"), ("5", " "), ("", "x")]
)
def test_refusals_are_told(cy, operator, amount, note):
    answer = operator.post(f"/manage/wallets/{cy.public_id}/", amount=amount, note=note)

    assert answer.status_code == 422
    assert wallet_of(cy.id, "EUR").available == eur("100.00")


def test_only_the_operator_gives(cy, in_alpha):
    person = Actor("user", str(cy.id), "Cy", frozenset({"customer"}))

    with pytest.raises(NotAllowed):
        balances.give_credit(user_id=cy.id, amount=eur("5.00"), note="x", acting=person, at=NOW)
    assert Browser(in_alpha, cy).get("/manage/wallets/").status_code == 403


def test_what_is_owed(cy, operator):
    fund(make_user("di@customers.example").id, eur("20.00"))

    assert owed_to_customers() == [eur("120.00")]
    page = operator.get("/manage/wallets/?q=cy@").content.decode()
    assert "€120.00" in page
    assert "€100.00" in page
    assert "di@customers" not in page


def test_list_costs_the_same_for_many(cy, operator):
    def queries():
        operator.get("/manage/wallets/")
        with CaptureQueriesContext(connection) as seen:
            operator.get("/manage/wallets/")
        return len(seen)

    one = queries()
    for name in ("di", "ed"):
        fund(make_user(f"{name}@customers.example").id, eur("1.00"))

    assert queries() == one


def test_wallets_of_another_tenant(cy, operator, beta):
    with tenant_context(beta):
        bo = Browser(beta, make_user("bo@beta.example", roles=("operator",)))
        assert bo.get(f"/manage/wallets/{cy.public_id}/").status_code == 404
        assert b"cy@customers" not in bo.get("/manage/wallets/").content
        assert owed_to_customers() == []
