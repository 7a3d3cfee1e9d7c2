"""An invoice or credit note as a PDF (rule): the same contents are the same bytes, for ever."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency
from django.utils import translation
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from shared_apps.kernel.money import Money

_FONTS = Path(__file__).resolve().parent.parent / "static" / "ordering" / "fonts"
_WIDTHS = (92, 18, 32, 38)
_GREY, _LINE = 110, 200
# Embedding a font tells of every table of it, at every document.
for _name in ("fontTools", "fpdf"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def render_pdf(*, kind: str, number: str, issued_at: datetime, data: Mapping[str, Any]) -> bytes:
    """Lay the document out on A4, in the customer's language."""
    language = data["language"] or "en"
    with translation.override(language):
        page = _Page(data, issued_at, _locale(language))
        page.head(kind, number)
        page.table(data["items"])
        page.totals(data["items"], data["taxes"])
        page.notes(data)
        return bytes(page.pdf.output())


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


class _Page:
    """One document being laid out."""

    def __init__(self, data: Mapping[str, Any], issued_at: datetime, locale: Locale) -> None:
        self.data, self.issued_at, self.locale = data, issued_at, locale
        self.pdf = FPDF(format="A4")
        self.pdf.set_creation_date(issued_at)
        self.pdf.set_producer("Galleria")
        self.pdf.add_font("text", "", _FONTS / "DejaVuSans.ttf")
        self.pdf.add_font("text", "B", _FONTS / "DejaVuSans-Bold.ttf")
        self.pdf.set_margin(15)
        self.pdf.set_auto_page_break(auto=True, margin=18)
        self.pdf.add_page()

    def head(self, kind: str, number: str) -> None:
        titles = {
            "invoice": _("Invoice"),
            "credit_note": _("Credit note"),
            "commission": _("Commission invoice"),
        }
        self.pdf.set_title(f"{titles[kind]} {number}")
        issuer = self.data["issuer"]
        self._text(issuer["name"], size=11, style="B")
        self._text(" · ".join(filter(None, [issuer["country"], issuer["email"]])), grey=True)
        self.pdf.ln(8)
        for row in [*self.data["customer"]["lines"], self.data["customer"]["email"]]:
            self._text(row)
        self.pdf.ln(8)
        self._text(f"{titles[kind]} {number}", size=18, style="B", height=9)
        self.pdf.ln(2)
        told = [
            f"{_('Date')}: {self._day(self.issued_at)}",
            f"{_('Order')}: {self.data['order']}" if self.data["order"] else "",
            f"{_('Corrects')}: {self.data['corrects']}" if self.data.get("corrects") else "",
            f"{_('Period')}: {self.data['period']}" if self.data.get("period") else "",
        ]
        self._text("    ".join(filter(None, told)), grey=True)
        self.pdf.ln(6)

    def table(self, items: Sequence[Mapping[str, Any]]) -> None:
        self._row([_("Description"), _("Quantity"), _("Tax"), _("Amount")], style="B")
        for item in items:
            rate = f"{item['tax_bps'] / 100:g} %" if item["tax_bps"] else "-"
            tax = " ".join(filter(None, [item["tax_name"], rate]))
            count = str(item["quantity"]) if item["quantity"] else ""
            self._row([_title_of(item), count, tax, self._money(item["total_minor"])])

    def totals(
        self, items: Sequence[Mapping[str, Any]], taxes: Sequence[Mapping[str, Any]]
    ) -> None:
        self.pdf.ln(4)
        tax = sum(each["tax_minor"] for each in taxes)
        whole = sum(item["total_minor"] for item in items)
        self._sum(_("Net"), whole - tax)
        for each in taxes:
            if each["tax_minor"]:
                name = each["name"] or _("Tax")
                self._sum(f"{name} {each['bps'] / 100:g} %", each["tax_minor"])
        self._sum(_("Total"), whole, style="B")

    def notes(self, data: Mapping[str, Any]) -> None:
        self.pdf.ln(8)
        self._text(_("Amounts are rounded line by line; totals are sums of lines."), grey=True)
        if data["is_tax_remitted_by_operator"]:
            who = data["marketplace"]
            self._text(_("The tax is remitted by %(who)s.") % {"who": who}, grey=True)
        if data.get("reason"):
            self._text(f"{_('Reason')}: {data['reason']}", grey=True)

    def _row(self, cells: Sequence[str], *, style: str = "") -> None:
        self.pdf.set_font("text", style, 9)
        self.pdf.set_draw_color(_LINE)
        height = self.pdf.multi_cell(_WIDTHS[0], 6, cells[0], dry_run=True, output="HEIGHT")
        if self.pdf.will_page_break(cast("float", height)):
            self.pdf.add_page()
        top, left = self.pdf.get_y(), self.pdf.l_margin
        self.pdf.multi_cell(_WIDTHS[0], 6, cells[0], align="L")
        bottom = self.pdf.get_y()
        x = left + _WIDTHS[0]
        for width, text in zip(_WIDTHS[1:], cells[1:], strict=True):
            self.pdf.set_xy(x, top)
            self.pdf.cell(width, 6, text, align="R")
            x += width
        self.pdf.set_xy(left, bottom)
        self.pdf.line(left, bottom, left + sum(_WIDTHS), bottom)

    def _sum(self, label: str, minor: int, *, style: str = "") -> None:
        self.pdf.set_font("text", style, 9)
        self.pdf.cell(sum(_WIDTHS[:3]), 6, label, align="R")
        self.pdf.cell(
            _WIDTHS[3], 6, self._money(minor), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def _text(
        self, text: str, *, size: float = 9, style: str = "", grey: bool = False, height: float = 5
    ) -> None:
        self.pdf.set_font("text", style, size)
        self.pdf.set_text_color(_GREY if grey else 0)
        self.pdf.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.pdf.set_text_color(0)

    def _money(self, minor: int) -> str:
        amount = Money(minor, self.data["currency"])
        return format_currency(amount.decimal(), amount.currency, locale=self.locale)

    def _day(self, moment: datetime) -> str:
        return format_date(moment, locale=self.locale)


def _title_of(item: Mapping[str, Any]) -> str:
    if item["kind"] == "delivery":
        return f"{_('Delivery')}: {item['title']}"
    return _("Restocking fee") if item["kind"] == "fee" else str(item["title"])
