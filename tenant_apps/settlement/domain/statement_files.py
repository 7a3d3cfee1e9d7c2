"""A statement to take home, as CSV or PDF (rules): the same statement is the same bytes, for ever."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Sequence
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency
from django.contrib.staticfiles import finders
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from shared_apps.kernel.money import Money
from tenant_apps.settlement.domain.statements import PartnerStatement, StatementLine

_FONTS = "ordering/fonts"
_WIDTHS = (26, 52, 26, 26, 25, 25)
_GREY, _LINE = 110, 200
_ROW_HEIGHT = 6
for _name in ("fontTools", "fpdf"):
    # Embedding a font tells of every table of it, at every document.
    logging.getLogger(_name).setLevel(logging.WARNING)


def kind_label(kind: str) -> str:
    """What people call a kind of line."""
    return {
        "sale": _("Sale"),
        "reduction": _("Refund or correction"),
        "payout": _("Payout"),
        "payout_failed": _("Payout came back"),
        "other": _("Other"),
    }[kind]


def statement_csv(statement: PartnerStatement) -> str:
    """Opening, every line, closing; amounts as plain decimals, moments in UTC."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "kind", "reference", "gross", "fees", "amount", "balance", "currency"])
    opening, closing = str(statement.opening.decimal()), str(statement.closing.decimal())
    start, end = statement.period.start.isoformat(), statement.period.end.isoformat()
    writer.writerow([start, "opening", "", "", "", "", opening, statement.currency])
    for line in statement.lines:
        writer.writerow(_csv_row(line, statement.currency))
    writer.writerow([end, "closing", "", "", "", "", closing, statement.currency])
    return out.getvalue()


def _csv_row(line: StatementLine, currency: str) -> list[str]:
    amounts = (line.gross, line.fees, line.amount, line.balance)
    written = ["" if amount is None else str(amount.decimal()) for amount in amounts]
    return [line.at.isoformat(), line.kind, _harmless(line.reference), *written, currency]


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would calculate is made text."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def statement_pdf(statement: PartnerStatement, *, partner: str, operator: str) -> bytes:
    """The same on A4, in the reader's language."""
    page = _Page(statement, (get_language() or "en").replace("-", "_").partition("_")[0])
    page.head(partner, operator)
    page.table()
    page.sums()
    return bytes(page.pdf.output())


class _Page:
    """One statement being laid out."""

    def __init__(self, statement: PartnerStatement, locale: str) -> None:
        self.statement, self.locale = statement, locale
        self.pdf = FPDF(format="A4")
        self.pdf.set_creation_date(statement.period.end)
        self.pdf.set_producer("Galleria")
        self.pdf.add_font("text", "", _font("DejaVuSans.ttf"))
        self.pdf.add_font("text", "B", _font("DejaVuSans-Bold.ttf"))
        self.pdf.set_margin(15)
        self.pdf.set_auto_page_break(auto=True, margin=18)
        self.pdf.add_page()

    def head(self, partner: str, operator: str) -> None:
        month = format_date(self.statement.period.start, format="MMMM y", locale=self.locale)
        title = f"{_('Statement')} · {month}"
        self.pdf.set_title(f"{title} · {partner}")
        self._text(operator, size=11, style="B")
        self.pdf.ln(6)
        self._text(partner)
        self.pdf.ln(6)
        self._text(title, size=18, style="B", height=9)
        self.pdf.ln(4)

    def table(self) -> None:
        names = [_("Date"), _("What"), _("Sale"), _("Fees"), _("Amount"), _("Balance")]
        self._row(names, style="B")
        opening = self._money(self.statement.opening)
        self._row([self._day(), _("Opening balance"), "", "", "", opening])
        for line in self.statement.lines:
            self._line(line)

    def sums(self) -> None:
        self.pdf.ln(4)
        wanted = (
            (_("Sales after fees"), self.statement.sum_of("sale"), ""),
            (_("Refunds and corrections"), self.statement.sum_of("reduction"), ""),
            (_("Payouts"), self.statement.sum_of("payout", "payout_failed"), ""),
            (_("Other"), self.statement.sum_of("other"), ""),
            (_("Closing balance"), self.statement.closing, "B"),
        )
        for label, amount, style in wanted:
            if amount or style:
                self._sum(label, amount, style=style)

    def _line(self, line: StatementLine) -> None:
        text = f"{kind_label(line.kind)} {line.reference}"
        amounts = (line.gross, line.fees, line.amount, line.balance)
        self._row(
            [
                format_date(line.at, format="medium", locale=self.locale),
                text,
                *("" if amount is None else self._money(amount) for amount in amounts),
            ]
        )

    def _row(self, cells: Sequence[str], *, style: str = "") -> None:
        self.pdf.set_font("text", style, 8)
        self.pdf.set_draw_color(_LINE)
        if self.pdf.will_page_break(_ROW_HEIGHT):
            self.pdf.add_page()
        top, left = self.pdf.get_y(), self.pdf.l_margin
        for number, (width, text) in enumerate(zip(_WIDTHS, cells, strict=True)):
            self.pdf.cell(width, _ROW_HEIGHT, self._fit(text, width), align="RL"[number < 2])
        bottom = top + _ROW_HEIGHT
        self.pdf.set_xy(left, bottom)
        self.pdf.line(left, bottom, left + sum(_WIDTHS), bottom)

    def _fit(self, text: str, width: float) -> str:
        """A reference that is too long keeps its end."""
        room = width - 2
        if self.pdf.get_string_width(text) <= room:
            return text
        while text and self.pdf.get_string_width(f"…{text}") > room:
            text = text[1:]
        return f"…{text}"

    def _sum(self, label: str, amount: Money, *, style: str = "") -> None:
        self.pdf.set_font("text", style, 9)
        self.pdf.cell(sum(_WIDTHS[:5]), _ROW_HEIGHT, label, align="R")
        self.pdf.cell(
            _WIDTHS[5],
            _ROW_HEIGHT,
            self._money(amount),
            align="R",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def _text(self, text: str, *, size: float = 9, style: str = "", height: float = 5) -> None:
        self.pdf.set_font("text", style, size)
        self.pdf.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _money(self, amount: Money) -> str:
        return format_currency(amount.decimal(), amount.currency, locale=self.locale)

    def _day(self) -> str:
        return format_date(self.statement.period.start, format="medium", locale=self.locale)


def _font(name: str) -> Path:
    found = finders.find(f"{_FONTS}/{name}")
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found)
