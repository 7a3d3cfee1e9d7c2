"""Invoices and credit notes: issued once, numbered without a gap, kept as PDF.

The number comes from one row per issuer, series and year that is locked in the transaction that
issues the document: whoever rolls back leaves no gap, whoever waits gets the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.media.domain.files import keep_document
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.ordering.domain import orders, parts
from tenant_apps.ordering.domain.document_contents import (
    Item,
    contents,
    credit_items,
    invoice_items,
)
from tenant_apps.ordering.domain.document_pdf import render_pdf
from tenant_apps.ordering.events import DocumentIssued
from tenant_apps.ordering.models import Document, DocumentCounter, Reversal, VendorOrder

DOCUMENT_KIND = "ordering.document"
_PREFIXES = {"invoice": "INV", "credit_note": "CN", "commission": "COM"}


@operation
def issue_invoice_now(*, vendor_order_id: UUID, at: datetime) -> UUID | None:
    """The same as issue_invoice, as an intention of its own."""
    return issue_invoice(vendor_order_id=vendor_order_id, at=at)


@step
def issue_invoice(*, vendor_order_id: UUID, at: datetime) -> UUID | None:
    """The vendor's invoice to the customer for what was sent and not undone; a repeat is the same.

    None when nothing is left to invoice. Numbers it, keeps its PDF, publishes DocumentIssued.
    Raises OrderUnknown.
    """
    row = parts.locked(vendor_order_id)
    known = _known(f"invoice:{row.id}")
    if known is not None:
        return known.id
    items = invoice_items(row)
    if not any(item.total_minor for item in items):
        return None
    undone = Reversal.objects.filter(vendor_order=row).values_list("batch", flat=True)
    data = contents(row, items, batches=sorted({str(batch) for batch in undone}))
    return _issue(row, "invoice", f"invoice:{row.id}", items, data, corrects=None, at=at).id


@step
def issue_credit_note(*, vendor_order_id: UUID, batch: UUID, at: datetime) -> UUID | None:
    """Correct the invoice by what was undone together; a repeat is the same document.

    None while there is no invoice, or when it knew of that already. Raises OrderUnknown.
    """
    row = parts.locked(vendor_order_id)
    invoice = _known(f"invoice:{row.id}")
    if invoice is None or str(batch) in invoice.data["batches"]:
        return None
    known = _known(f"credit_note:{batch}")
    if known is not None:
        return known.id
    reversals = list(Reversal.objects.filter(batch=batch, vendor_order=row).order_by("id"))
    items = credit_items(row, reversals)
    if not any(item.total_minor for item in items):
        return None
    data = contents(row, items, corrects=invoice.number, reason=reversals[0].kind)
    subject = f"credit_note:{batch}"
    return _issue(row, "credit_note", subject, items, data, corrects=invoice, at=at).id


@step
def next_number(*, issuer: str, series: str, year: int) -> int:
    """The next number of a series; the row stays locked until the transaction ends."""
    key = {"issuer": issuer, "series": series, "year": year}
    DocumentCounter.objects.bulk_create([DocumentCounter(**key)], ignore_conflicts=True)
    counter = DocumentCounter.objects.select_for_update().get(**key)
    counter.latest += 1
    counter.save(update_fields=["latest"])
    return counter.latest


def _known(subject: str) -> Document | None:
    return Document.objects.filter(subject=subject).first()


def _issue(
    row: VendorOrder,
    kind: str,
    subject: str,
    items: Sequence[Item],
    data: dict[str, Any],
    *,
    corrects: Document | None,
    at: datetime,
) -> Document:
    issuer = f"vendor:{row.vendor_id}"
    document = Document(
        id=uuid7(),
        kind=kind,
        issuer=issuer,
        subject=subject,
        vendor_order=row,
        partner_id=row.vendor_id,
        corrects=corrects,
        currency=row.currency,
        total_minor=sum(item.total_minor for item in items),
        tax_minor=sum(item.tax_minor for item in items),
        data=data,
        issued_at=at,
    )
    finalise(document=document, at=at)
    told = {"number": document.number, "kind": kind}
    orders.note(row.order, "document_issued", vendor_order=row, data=told, acting=SYSTEM, at=at)
    return document


@step
def finalise(*, document: Document, at: datetime) -> None:
    """Number a document, keep its PDF and write its row, which nobody can change any more."""
    document.year = at.year
    document.sequence = next_number(issuer=document.issuer, series=document.kind, year=at.year)
    document.number = f"{_PREFIXES[document.kind]}-{at.year}-{document.sequence:06d}"
    document.net_minor = document.total_minor - document.tax_minor
    pdf = render_pdf(kind=document.kind, number=document.number, issued_at=at, data=document.data)
    kept = keep_document(
        data=pdf,
        name=f"{document.number}.pdf",
        content_type="application/pdf",
        acting=SYSTEM,
        at=at,
    )
    document.file_id, document.sha256 = kept.id, kept.sha256
    document.save(force_insert=True)
    subject = Ref(DOCUMENT_KIND, str(document.id))
    record("ordering.document.issue", subject=subject, acting=SYSTEM, at=at)
    publish(
        DocumentIssued(
            document_id=str(document.id),
            kind=document.kind,
            number=document.number,
            vendor_order_id=str(document.vendor_order_id or ""),
            partner_id=str(document.partner_id),
            total_minor=document.total_minor,
            currency=document.currency,
        ),
        subject=subject,
    )
