"""Invoices and credit notes: what they say, numbers without a gap, never changed."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from shared_apps.kernel.clock import now
from shared_apps.kernel.transactions import operation
from shared_apps.media.domain import storage
from shared_apps.media.models import StoredFile
from tenant_apps.ordering.domain import cancelling, documents, goodwill
from tenant_apps.ordering.domain.document_pdf import render_pdf
from tenant_apps.ordering.models import Document, DocumentCounter
from tests.tenant_apps.ordering.aftermath import ADA, buy, settle
from tests.tenant_apps.ordering.test_races import all_at_once


@pytest.fixture
def sold(in_alpha, sandbox, customer):
    return buy(customer)


def cancel_one(sold):
    cancelling.cancel_lines(
        vendor_order_id=sold.part().id,
        quantities={sold.line().id: 1},
        reason="",
        acting=sold.potter.actor,
        at=sold.at,
    )


@pytest.mark.django_db
def test_invoice_of_what_was_sent(sold):
    cancel_one(sold)
    sold.ship()
    settle()

    found = Document.objects.get()
    assert (found.kind, found.number[:4], found.sequence) == ("invoice", "INV-", 1)
    assert found.issuer == f"vendor:{sold.potter.id}"
    assert found.total_minor == 3598 + 490
    assert [item["quantity"] for item in found.data["items"]] == [2, 1]
    assert found.data["taxes"] == [
        {"name": "VAT", "bps": 2000, "net_minor": 3407, "tax_minor": 681}
    ]
    assert found.net_minor + found.tax_minor == found.total_minor
    file = StoredFile.objects.get(id=found.file_id)
    pdf = storage.read(f"{file.folder}/content")
    assert pdf.startswith(b"%PDF")
    assert hashlib.sha256(pdf).hexdigest() == found.sha256 == file.sha256
    again = render_pdf(
        kind=found.kind, number=found.number, issued_at=found.issued_at, data=found.data
    )
    assert again == pdf


@pytest.mark.django_db
def test_credit_note_for_what_goes_back_later(sold):
    goodwill.pay_back(
        vendor_order_id=sold.part().id,
        amounts={sold.line().id: 100},
        reason="late",
        acting=ADA,
        at=sold.at,
    )
    sold.deliver()
    goodwill.pay_back(
        vendor_order_id=sold.part().id,
        amounts={sold.line().id: 250},
        delivery_minor=490,
        reason="late",
        acting=ADA,
        at=sold.at,
    )
    settle()

    invoice, note = Document.objects.order_by("issued_at", "id")
    assert invoice.total_minor == 5397 - 100 + 490
    assert (note.kind, note.sequence, note.total_minor) == ("credit_note", 1, 740)
    assert note.corrects_id == invoice.id
    assert note.data["corrects"] == invoice.number


@pytest.mark.django_db
def test_nothing_left_is_not_invoiced(sold):
    cancelling.cancel_vendor_order(
        vendor_order_id=sold.part().id, reason="", acting=sold.potter.actor, at=sold.at
    )
    settle()

    assert Document.objects.count() == 0


@pytest.mark.django_db
def test_rows_cannot_change(sold):
    sold.ship()
    settle()

    for statement in ("UPDATE ordering_document SET number = 'x'", "DELETE FROM ordering_document"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@operation
def take_number(fails: bool) -> int:
    number = documents.next_number(issuer="vendor:x", series="invoice", year=2026)
    if fails:
        raise documents.orders.OrderUnknown
    return number


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_no_gap(in_alpha):
    """Twenty threads, five of which roll back: fifteen numbers, one after the other."""
    actions = [lambda fails=place % 4 == 3: take_number(fails) for place in range(20)]

    results = all_at_once(in_alpha, actions)

    assert sorted(each for each in results if isinstance(each, int)) == list(range(1, 16))
    assert DocumentCounter.objects.get().latest == 15


@pytest.mark.django_db(transaction=True)
def test_twenty_invoices_of_one_vendor(in_alpha, sandbox, customer):
    """The whole document, twenty times at once for the same sale: one."""
    sold = buy(customer)
    part_id = sold.part().id

    results = all_at_once(
        in_alpha,
        [lambda: documents.issue_invoice_now(vendor_order_id=part_id, at=now())] * 20,
    )

    assert len(set(results)) == 1
    assert Document.objects.get().sequence == 1
