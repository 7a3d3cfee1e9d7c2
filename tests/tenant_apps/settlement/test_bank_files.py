"""Files for the bank, judged by the ISO 20022 schema that we did not write."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sepaxml
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.actor import SYSTEM
from shared_apps.ledger.queries import balance_of
from tenant_apps.settlement.domain import bank_files, payouts
from tenant_apps.settlement.domain.bank_files import (
    BankFileView,
    BankTransfer,
    NoPayer,
    NothingForBank,
    NotSepa,
    Payer,
    bank_file,
    csv_of,
    export_bank_file,
    sepa_of,
)
from tenant_apps.settlement.domain.bank_numbers import BadIban, checked_bic, checked_iban
from tenant_apps.settlement.models import Payout, SettlementTerms
from tests.tenant_apps.settlement.people import assert_books_hold, bank_of, cut, earn, euro
from tests.world import NOW

SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
OPERATOR = Payer("Galerie Größe & Söhne", "DE89370400440532013000", "COBADEFFXXX")
IBANS = ("DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300")


@pytest.fixture(scope="module")
def judge():
    return xmlschema.XMLSchema(str(SCHEMA))


def pay(vendor, key="k"):
    return payouts.pay_now(partner_id=vendor.id, currency="EUR", key=key, acting=SYSTEM, at=NOW)


def export():
    return export_bank_file(currency="EUR", acting=SYSTEM, at=NOW)


@pytest.fixture
def two_due(potter, weaver):
    bank_files.choose_payer(payer=OPERATOR, acting=SYSTEM, at=NOW)
    bank_of(potter.id)
    bank_of(weaver.id, "FR14 2004 1010 0505 0001 3M02 606")
    earn(potter.id, cut(1234))
    earn(weaver.id, cut(4321))
    return pay(potter), pay(weaver)


@pytest.mark.django_db
def test_file_holds_every_due_payout_once(two_due, judge):
    view = bank_file(export())

    text = sepa_of(view, bank_files.payer())
    judge.validate(io.BytesIO(text))
    assert text == sepa_of(bank_file(view.id), bank_files.payer())
    assert (view.total, view.open_count, len(view.transfers)) == (euro(5555), 2, 2)
    assert set(Payout.objects.values_list("state", flat=True)) == {"processing"}
    with pytest.raises(NothingForBank):
        export()


@pytest.mark.django_db
def test_paid_by_the_bank(two_due):
    file_id = export()
    first, _ = two_due
    payouts.settle_by_hand(payout_id=first, has_arrived=False, acting=SYSTEM, at=NOW)

    assert bank_files.mark_file_paid(file_id=file_id, acting=SYSTEM, at=NOW) == 1
    assert bank_files.mark_file_paid(file_id=file_id, acting=SYSTEM, at=NOW) == 0

    assert sorted(Payout.objects.values_list("state", flat=True)) == ["failed", "paid"]
    assert balance_of("bank", "EUR").minor == -4321
    assert balance_of("payouts_in_transit", "EUR").minor == 0
    assert_books_hold()


@pytest.mark.django_db
def test_csv_has_the_same_lines(two_due):
    view = bank_file(export())
    rows = list(csv.DictReader(io.StringIO(csv_of(view))))

    assert [row["amount"] for row in rows] == ["12.34", "43.21"]
    assert {row["iban"] for row in rows} == {IBANS[0], IBANS[1]}
    assert len({row["reference"] for row in rows}) == 2


@pytest.mark.django_db
def test_unknown_files_are_not_paid(potter):
    with pytest.raises(bank_files.BankFileUnknown):
        bank_files.mark_file_paid(file_id=potter.id, acting=SYSTEM, at=NOW)


@pytest.mark.django_db
def test_nobody_pays_from_nowhere(potter):
    with pytest.raises(NoPayer):
        export()


@pytest.mark.django_db
def test_bank_details_are_not_readable_in_the_database(two_due):
    stored = SettlementTerms.objects.get().payer
    destination = Payout.objects.first().destination
    assert OPERATOR.iban not in stored
    assert OPERATOR.iban not in destination.details
    assert destination.hint == "DE … 3000"


def view_of(lines, currency="EUR"):
    transfers = tuple(
        BankTransfer(f"R{number}", name, iban, "", type(euro(1))(minor, currency), text)
        for number, (name, iban, minor, text) in enumerate(lines)
    )
    return BankFileView(
        id=Payout().id,
        public_id="bfile_x",
        currency=currency,
        created_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        transfers=transfers,
        open_count=len(transfers),
    )


lines = st.lists(
    st.tuples(
        st.text(max_size=90), st.sampled_from(IBANS), st.integers(1, 10**9), st.text(max_size=150)
    ),
    min_size=1,
    max_size=5,
)


@given(lines)
def test_any_names_make_a_valid_file(judge, found):
    view = view_of(found)
    judge.validate(io.BytesIO(sepa_of(view, OPERATOR)))


def test_sepa_is_euro_only():
    with pytest.raises(NotSepa):
        sepa_of(view_of([("x", IBANS[0], 1, "y")], "USD"), OPERATOR)


def test_cells_do_not_calculate():
    text = csv_of(view_of([("=cmd()", IBANS[0], 1, "+1")]))
    assert "'=cmd()" in text
    assert "'+1" in text


@pytest.mark.parametrize("good", [*IBANS, "de89 3704 0044 0532 0130 00", "GB29NWBK60161331926819"])
def test_ibans(good):
    assert checked_iban(good) == good.replace(" ", "").upper()


@given(st.sampled_from(IBANS), st.integers(4, 15), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(iban, place, more):
    digit = iban[place]
    wrong = str((int(digit) + more) % 10) if digit.isdigit() else "9"
    with pytest.raises(BadIban):
        checked_iban(iban[:place] + wrong + iban[place + 1 :])


def test_bics():
    assert checked_bic("cobadeff") == "COBADEFF"
    assert checked_bic("") == ""
    with pytest.raises(BadIban):
        checked_bic("COBADE")
