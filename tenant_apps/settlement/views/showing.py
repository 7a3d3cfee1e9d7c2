"""What the templates get: tables, badges and charts for the values of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tenant_apps.settlement.domain.sales import short_name
from tenant_apps.settlement.domain.simulation import Simulation
from tenant_apps.settlement.domain.statement_files import kind_label
from tenant_apps.settlement.domain.statements import PartnerStatement
from tenant_apps.settlement.queries import EarningView, PayoutView
from themes.domain.charts import Chart, Series
from themes.domain.tables import Cell, Column, Row, Table, Tone
from themes.templatetags.ui import reader_locale

STATE_LABELS = {
    "held": lazy("In escrow"),
    "released": lazy("Released"),
    "voided": lazy("Not earned"),
    "due": lazy("Waits to be sent"),
    "processing": lazy("On its way"),
    "paid": lazy("Paid"),
    "failed": lazy("Came back"),
    "cancelled": lazy("Called off"),
    "pending": lazy("Not finished"),
    "ready": lazy("Ready"),
    "restricted": lazy("Needs attention"),
    "retired": lazy("Replaced"),
}
TONES: dict[str, Tone] = {
    "released": "ok",
    "paid": "ok",
    "ready": "ok",
    "processing": "neutral",
    "held": "neutral",
    "due": "neutral",
    "pending": "warn",
    "restricted": "warn",
    "failed": "bad",
}
FAILURE_LABELS = {
    "operator_balance_insufficient": lazy("waits until your balance there is enough"),
    "gateway_credentials_refused": lazy("the provider does not accept your keys"),
    "failed_by_hand": lazy("marked by hand"),
}
METHOD_LABELS = {
    "stripe": lazy("Stripe account"),
    "paypal": lazy("PayPal"),
    "paystack": lazy("Paystack"),
    "flutterwave": lazy("Flutterwave"),
    "bank": lazy("Bank account"),
    "wallet": lazy("Wallet"),
}


def method_label(method: str) -> str:
    return str(METHOD_LABELS.get(method, method))


def failure_label(code: str) -> str:
    """Why a payout waits or came back, in words as far as we have them."""
    return str(FAILURE_LABELS.get(code, code.replace("_", " ")))


def state_cell(state: str, note: str = "") -> Cell:
    return Cell(STATE_LABELS.get(state, state), tone=TONES.get(state, "neutral"), note=note)


def payouts_table(payouts: Sequence[PayoutView], *, names_partner: bool) -> Table:
    """Payouts, for the operator with the partner's name."""
    columns = [
        Column(_("Payout")),
        *([Column(_("Partner"))] if names_partner else []),
        Column(_("Amount"), end=True),
        Column(_("To")),
        Column(_("Since")),
        Column(_("State")),
    ]
    base = "/manage/payouts/" if names_partner else ""
    return Table(_("Payouts"), columns, [_payout_row(each, base) for each in payouts])


def _payout_row(payout: PayoutView, base: str) -> Row:
    url = f"{base}{payout.public_id}/" if base else ""
    cells = [Cell(f"…{payout.public_id[-6:]}", url=url)]
    if base:
        cells.append(Cell(payout.partner_name))
    return Row(
        [
            *cells,
            Cell(payout.amount),
            Cell(method_label(payout.method), note=payout.hint),
            Cell(payout.created_at),
            state_cell(payout.state, failure_label(payout.failure_code)),
        ]
    )


def earnings_table(earnings: Sequence[EarningView], names: dict[str, str]) -> Table:
    """What each sale came to, and what was taken out of it."""
    columns = [
        Column(_("Order")),
        Column(_("Sale"), end=True),
        Column(_("Commission"), end=True),
        Column(_("You earn"), end=True),
        Column(_("Payable from")),
        Column(_("State")),
    ]
    rows = [
        Row(
            [
                Cell(names.get(str(each.subject)) or short_name(str(each.subject))),
                Cell(each.gross + each.subsidy),
                Cell(each.commission + each.commission_tax + each.retained_tax),
                Cell(each.amount),
                Cell(each.available_at.date() if each.available_at else "—"),
                state_cell(each.state),
            ]
        )
        for each in earnings
    ]
    return Table(_("Earnings"), columns, rows)


def statement_table(statement: PartnerStatement) -> Table:
    columns = [
        Column(_("Date")),
        Column(_("What")),
        Column(_("Sale"), end=True),
        Column(_("Fees"), end=True),
        Column(_("Amount"), end=True),
        Column(_("Balance"), end=True),
    ]
    rows = [
        Row(
            [
                Cell(line.at.date()),
                Cell(kind_label(line.kind), note=line.reference),
                Cell(line.gross if line.gross is not None else ""),
                Cell(line.fees if line.fees is not None else ""),
                Cell(line.amount),
                Cell(line.balance),
            ]
        )
        for line in statement.lines
    ]
    return Table(_("Statement"), columns, rows)


def simulation_table(simulation: Simulation) -> Table:
    columns = [
        Column(_("Vendor")),
        Column(_("Lines")),
        Column(_("Sold"), end=True),
        Column(_("Commission now"), end=True),
        Column(_("It would have been"), end=True),
        Column(_("Difference"), end=True),
    ]
    rows = [
        Row(
            [
                Cell(each.vendor_name),
                Cell(each.lines, note=_("%(n)d would change") % {"n": each.changed}),
                Cell(each.base),
                Cell(each.before),
                Cell(each.after),
                Cell(each.difference),
            ]
        )
        for each in simulation.effects
    ]
    return Table(_("What it would have changed"), columns, rows)


def weeks_chart(weeks: Sequence[tuple[date, int]], currency: str) -> Chart:
    locale = reader_locale()
    return Chart(
        caption=_("Earned by week"),
        labels=[format_date(monday, format="d MMM", locale=locale) for monday, _minor in weeks],
        series=[Series(_("Earned"), [minor for _monday, minor in weeks])],
        currency=currency,
        first_column=_("Week from"),
        id="weeks",
    )


def month_label(month: str) -> str:
    """`2026-11` in words."""
    year, number = (int(part) for part in month.split("-"))
    return format_date(date(year, number, 1), format="MMMM y", locale=reader_locale())
