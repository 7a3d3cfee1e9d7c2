"""Payouts that the operator's own bank carries out: SEPA credit transfers and plain CSV.

The same file again has the same message id and the same references, so that a bank refuses a
file that was handed in twice.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree as ET

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ids import base32
from shared_apps.kernel.lifecycle import record_moves
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.partners.permissions import require_operator
from tenant_apps.settlement.domain.bank_numbers import BadIban, checked_bic, checked_iban
from tenant_apps.settlement.domain.destinations import details_of
from tenant_apps.settlement.domain.payouts import note_paid
from tenant_apps.settlement.lifecycle import PAYOUT
from tenant_apps.settlement.models import BankFile, Payout, PayoutDestination, SettlementTerms

SEPA_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_NAME_MAX = 70
_LINES = "payouts__destination"


class NothingForBank(Conflict):
    code, title = "nothing_for_the_bank", "No payout waits for the bank"


class BankFileUnknown(NotFound):
    code, title = "bank_file_unknown", "There is no such bank file"


class NoPayer(Unprocessable):
    code, title = "no_payer_account", "Say first from which bank account payouts are paid"


class NotSepa(Unprocessable):
    code, title = "not_a_sepa_file", "SEPA carries euro only; take the CSV"


@dataclass(frozen=True, slots=True)
class Payer:
    """The operator's bank account that payouts are paid from."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class BankTransfer:
    """One line of a file."""

    reference: str
    name: str
    iban: str
    bic: str
    amount: Money
    text: str


@dataclass(frozen=True, slots=True)
class BankFileView:
    """A file with what is in it; `open_count` payouts of it are not known to have arrived."""

    id: UUID
    public_id: str
    currency: str
    created_at: datetime
    transfers: tuple[BankTransfer, ...]
    open_count: int

    @property
    def total(self) -> Money:
        return Money(sum(each.amount.minor for each in self.transfers), self.currency)


@operation
def choose_payer(*, payer: Payer, acting: Actor, at: datetime) -> None:
    """Say from which account the bank pays; audited. Raises BadIban, NotAllowed."""
    require_operator(acting)
    name = payer.name.strip()[:_NAME_MAX]
    if not name:
        raise BadIban(errors={"payer_name": ["Whose account is it?"]})
    kept = {"name": name, "iban": checked_iban(payer.iban), "bic": checked_bic(payer.bic)}
    text = encrypt(json.dumps(kept))
    SettlementTerms.objects.update_or_create(pk=1, defaults={"payer": text})
    record(
        "settlement.payer.choose",
        subject=Ref("settlement.terms", "1"),
        acting=acting,
        at=at,
        changes={"iban": f"… {kept['iban'][-4:]}"},
    )


def payer() -> Payer | None:
    """The account that was chosen. One query."""
    text = SettlementTerms.objects.filter(pk=1).values_list("payer", flat=True).first()
    return Payer(**json.loads(decrypt(text))) if text else None


@operation
def export_bank_file(*, currency: str, acting: Actor, at: datetime) -> UUID:
    """Put every due payout by bank of a currency into one file; audited.

    They are `processing` from now on and in no other file. Raises NoPayer, NothingForBank,
    NotAllowed.
    """
    require_operator(acting)
    if payer() is None:
        raise NoPayer
    rows = list(
        Payout.objects.select_for_update()
        .filter(method=PayoutDestination.Kind.BANK, state="due", currency=currency)
        .order_by("created_at", "id")
    )
    if not rows:
        raise NothingForBank
    made = BankFile.objects.create(
        currency=currency, created_at=at, actor=f"{acting.kind}:{acting.id}"
    )
    values = {"sent_at": at, "bank_file_id": made.id}
    record_moves(rows, PAYOUT, "send", acting=acting, at=at, values=values)
    record(
        "settlement.bank_file.export",
        subject=Ref("settlement.bank_file", str(made.id)),
        acting=acting,
        at=at,
        changes={"payouts": len(rows), "total": sum(row.amount_minor for row in rows)},
    )
    return made.id


@operation
def mark_file_paid(*, file_id: UUID, acting: Actor, at: datetime) -> int:
    """The bank carried the file out: what of it is still open has arrived; audited.

    Returns how many. Raises BankFileUnknown, NotAllowed.
    """
    require_operator(acting)
    if not BankFile.objects.filter(id=file_id).exists():
        raise BankFileUnknown
    rows = Payout.objects.select_for_update(of=["self"]).select_related("destination")
    found = list(rows.filter(bank_file_id=file_id, state="processing").order_by("id"))
    for row in found:
        note_paid(row, acting=acting, at=at)
    record(
        "settlement.bank_file.paid",
        subject=Ref("settlement.bank_file", str(file_id)),
        acting=acting,
        at=at,
        changes={"payouts": len(found)},
    )
    return len(found)


def bank_file(file_id: UUID) -> BankFileView:
    """A file and its lines. Three queries; raises BankFileUnknown."""
    row = BankFile.objects.filter(id=file_id).prefetch_related(_LINES).first()
    if row is None:
        raise BankFileUnknown
    return _view_of(row)


def bank_files(limit: int = 10) -> list[BankFileView]:
    """The latest files. Three queries."""
    rows = BankFile.objects.order_by("-created_at", "-id").prefetch_related(_LINES)
    return [_view_of(row) for row in rows[:limit]]


def _view_of(row: BankFile) -> BankFileView:
    payouts = sorted(row.payouts.all(), key=lambda payout: (payout.created_at, payout.id))
    return BankFileView(
        id=row.id,
        public_id=row.public_id,
        currency=row.currency,
        created_at=row.created_at,
        transfers=tuple(_transfer_of(payout) for payout in payouts),
        open_count=sum(payout.state == "processing" for payout in payouts),
    )


def csv_of(view: BankFileView) -> str:
    """The file as CSV (rule); a cell that a spreadsheet would calculate is quoted first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["reference", "name", "iban", "bic", "amount", "currency", "text"])
    for each in view.transfers:
        amount = str(each.amount.decimal())
        cells = [each.reference, each.name, each.iban, each.bic, amount, view.currency, each.text]
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def sepa_of(view: BankFileView, payer_: Payer) -> bytes:
    """The file as pain.001.001.09, one batch of credit transfers (rule); raises NotSepa."""
    if view.currency != "EUR":
        raise NotSepa
    ET.register_namespace("", SEPA_NAMESPACE)
    document = ET.Element(f"{{{SEPA_NAMESPACE}}}Document")
    initiation = _under(document, "CstmrCdtTrfInitn")
    message = base32(view.id.bytes).upper()[:35]
    header = _under(initiation, "GrpHdr")
    _under(header, "MsgId", message)
    _under(header, "CreDtTm", view.created_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _under(header, "NbOfTxs", str(len(view.transfers)))
    _under(header, "CtrlSum", str(view.total.decimal()))
    _under(_under(header, "InitgPty"), "Nm", latin(payer_.name))
    _payment(initiation, view, payer_, message)
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return text


def _payment(initiation: ET.Element, view: BankFileView, payer_: Payer, message: str) -> None:
    payment = _under(initiation, "PmtInf")
    _under(payment, "PmtInfId", message)
    _under(payment, "PmtMtd", "TRF")
    _under(payment, "BtchBookg", "true")
    _under(payment, "NbOfTxs", str(len(view.transfers)))
    _under(payment, "CtrlSum", str(view.total.decimal()))
    _under(_under(_under(payment, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _under(_under(payment, "ReqdExctnDt"), "Dt", view.created_at.date().isoformat())
    _under(_under(payment, "Dbtr"), "Nm", latin(payer_.name))
    _under(_under(_under(payment, "DbtrAcct"), "Id"), "IBAN", payer_.iban)
    _bank(payment, "DbtrAgt", payer_.bic)
    _under(payment, "ChrgBr", "SLEV")
    for each in view.transfers:
        _credit(payment, each)


def _credit(payment: ET.Element, each: BankTransfer) -> None:
    info = _under(payment, "CdtTrfTxInf")
    _under(_under(info, "PmtId"), "EndToEndId", each.reference)
    amount = _under(_under(info, "Amt"), "InstdAmt", str(each.amount.decimal()))
    amount.set("Ccy", each.amount.currency)
    if each.bic:
        _bank(info, "CdtrAgt", each.bic)
    _under(_under(info, "Cdtr"), "Nm", latin(each.name))
    _under(_under(_under(info, "CdtrAcct"), "Id"), "IBAN", each.iban)
    _under(_under(info, "RmtInf"), "Ustrd", latin(each.text))


def _bank(parent: ET.Element, tag: str, bic: str) -> None:
    agent = _under(_under(parent, tag), "FinInstnId")
    if bic:
        _under(agent, "BICFI", bic)
    else:
        _under(_under(agent, "Othr"), "Id", "NOTPROVIDED")


def _under(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, f"{{{SEPA_NAMESPACE}}}{tag}")
    if text:
        child.text = text
    return child


def latin(text: str) -> str:
    """What every SEPA bank accepts: Latin letters without accents, digits and a few signs (rule)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(sign if sign.isalnum() or sign in " /-?:().,'+" else " " for sign in plain)
    return " ".join(kept.split())[:_NAME_MAX] or "PAYOUT"


def _transfer_of(payout: Payout) -> BankTransfer:
    details = details_of(payout.destination)
    return BankTransfer(
        reference=base32(payout.id.bytes).upper(),
        name=details.name,
        iban=details.iban,
        bic=details.bic,
        amount=payout.amount,
        text=f"Payout {payout.public_id}",
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
