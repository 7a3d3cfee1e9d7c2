"""Words, tables and charts for the operator's money (rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shared_apps.kernel.money import Money
from shared_apps.kernel.tabular import Value
from shared_apps.ledger.queries import JournalEntry, LegView, StatementLine, TrialBalance
from tenant_apps.manage.queries.money import MoneyOverview
from themes.domain.charts import Chart, Series
from themes.domain.tables import Cell, Column, Row, Table
from themes.templatetags.spans import slot_labels

BOOKS = "/manage/books/"
ACCOUNT_LABELS = {
    "clearing": lazy("At the payment gateway"),
    "bank": lazy("In the bank"),
    "disputes_receivable": lazy("Disputed, may come back"),
    "escrow": lazy("Held for orders on their way"),
    "wallet": lazy("Customers' wallets"),
    "wallet_held": lazy("Wallets, set aside"),
    "gift_card": lazy("Gift cards"),
    "gift_card_held": lazy("Gift cards, set aside"),
    "vendor": lazy("Owed to vendors"),
    "driver": lazy("Owed to drivers"),
    "host": lazy("Owed to hosts"),
    "advertiser": lazy("Advertisers' budgets"),
    "tax": lazy("Tax to remit"),
    "commission_tax": lazy("Tax on commission"),
    "refunds_in_transit": lazy("Refunds on their way"),
    "payouts_in_transit": lazy("Payouts on their way"),
    "saas_payable": lazy("Owed to the platform"),
    "operator": lazy("Paid out to you"),
    "commission": lazy("Commission"),
    "service_fee": lazy("Service fees"),
    "gateway_fees": lazy("Gateway fees"),
    "saas_commission": lazy("The platform's share"),
    "chargeback_loss": lazy("Lost to disputes"),
    "goodwill": lazy("Goodwill"),
    "promotion_cost": lazy("Promotions you bear"),
    "fx": lazy("Currency differences"),
}
KIND_LABELS = {
    "asset": lazy("Assets"),
    "liability": lazy("Liabilities"),
    "equity": lazy("Equity"),
    "income": lazy("Income"),
    "expense": lazy("Expenses"),
}
CHECK_LABELS = {
    "balanced": lazy("Debits equal credits in every currency"),
    "cached_equals_sum": lazy("Kept balances equal the sum of their transfers"),
    "floors_hold": lazy("No account is below what it may hold"),
    "rollups_equal_sum": lazy("Rolled up sums equal their transfers"),
    "escrow_is_never_negative": lazy("No order's escrow is below zero"),
    "currencies_match": lazy("Transfers stay in their currency"),
    "amounts_are_positive": lazy("Every transfer moves something"),
    "transactions_have_transfers": lazy("Every fact has its transfers"),
    "keys_are_unique": lazy("Nothing is posted twice"),
}


def account_label(code: str) -> str:
    """What an account is called: the words of its first part, and what it is of."""
    word, _colon, rest = code.partition(":")
    label = str(ACCOUNT_LABELS.get(word, word.replace("_", " ").capitalize()))
    return f"{label} ({rest.replace('_', ' ')})" if rest and not _is_uuid(rest) else label


def check_label(name: str) -> str:
    return str(CHECK_LABELS.get(name, name.replace("_", " ").capitalize()))


def kind_label(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def sales_chart(found: MoneyOverview) -> Chart:
    """Where each slot's sales went."""
    series = [
        Series(_("To vendors"), found.to_vendors, "brand"),
        Series(_("Your commission"), found.kept, "accent"),
        Series(_("The platform's share"), found.to_platform, "soft"),
    ]
    if any(found.taxes):
        series.append(Series(_("Taxes and discounts borne"), found.taxes, "bad"))
    return Chart(
        caption=_("Sales"),
        labels=slot_labels(found.span),
        series=series,
        currency=found.currency,
        first_column=_("From"),
        id="sales",
    )


def commission_chart(found: MoneyOverview) -> Chart:
    return Chart(
        caption=_("Commission earned and money given back"),
        labels=slot_labels(found.span),
        series=[
            Series(_("Commission earned"), found.commission, "accent"),
            Series(_("Refunds"), [-amount for amount in found.refunds], "bad"),
        ],
        currency=found.currency,
        first_column=_("From"),
        id="commission",
    )


def trial_table(trial: TrialBalance) -> Table:
    """One currency's balances, by kind of account, with the sums below."""
    columns = [
        Column(_("Account")),
        Column(_("Kind")),
        Column(_("Debit"), end=True),
        Column(_("Credit"), end=True),
    ]
    rows = [
        Row(
            [
                Cell(
                    account_label(line.code),
                    url=account_url(line.code, line.currency),
                    note=f"{line.code} ({count})" if count > 1 else line.code,
                ),
                Cell(KIND_LABELS[line.kind]),
                Cell(line.debit),
                Cell(line.credit),
            ]
        )
        for line, count in sorted(
            trial.lines, key=lambda pair: (list(KIND_LABELS).index(pair[0].kind), pair[0].code)
        )
    ]
    total = Row([Cell(_("Total")), Cell(""), Cell(trial.debit), Cell(trial.credit)])
    return Table(_("Trial balance"), columns, [*rows, total])


def account_url(code: str, currency: str) -> str:
    return f"{BOOKS}accounts/{code}/?{urlencode({'currency': currency})}"


def statement_table(lines: Sequence[tuple[StatementLine, Money]]) -> Table:
    """An account's lines with the balance after each."""
    columns = [
        Column(_("When")),
        Column(_("What")),
        Column(_("Against")),
        Column(_("Amount"), end=True),
        Column(_("Balance"), end=True),
    ]
    rows = [
        Row(
            [
                Cell(line.posted_at),
                Cell(
                    kind_label(line.kind),
                    url=f"{BOOKS}journal/?{urlencode({'subject': line.subject})}"
                    if line.subject
                    else "",
                    note=line.subject.partition(":")[0],
                ),
                Cell(
                    account_label(line.counterpart),
                    url=account_url(line.counterpart, line.amount.currency),
                ),
                Cell(line.amount),
                Cell(balance),
            ]
        )
        for line, balance in lines
    ]
    return Table(_("Statement"), columns, rows)


def journal_rows(entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
    """Each fact with its legs, named."""
    return [
        {
            "entry": entry,
            "kind": kind_label(entry.kind),
            "legs": [
                {
                    "debit": account_label(leg.debit),
                    "debit_url": account_url(leg.debit, leg.amount.currency),
                    "credit": account_label(leg.credit),
                    "credit_url": account_url(leg.credit, leg.amount.currency),
                    "amount": leg.amount,
                    "ref": leg.ref,
                }
                for leg in entry.legs
            ],
        }
        for entry in entries
    ]


def leg_row(entry: JournalEntry, leg: LegView) -> list[Value]:
    """A leg with its fact, for a file."""
    return [
        entry.posted_at,
        entry.key,
        entry.kind,
        entry.subject,
        leg.debit,
        leg.credit,
        leg.amount,
        leg.amount.currency,
        leg.ref,
    ]


def books_tabs(current: str) -> list[dict[str, Any]]:
    entries = {
        "": _("Trial balance"),
        "journal/": _("Journal"),
        "checks/": _("Checks"),
    }
    return [
        {"label": label, "url": f"{BOOKS}{path}", "current": path == current, "count": None}
        for path, label in entries.items()
    ]


def offending_table(name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """The rows that break a promise, as the check told them."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return Table(
        check_label(name),
        [Column(column.replace("_", " ")) for column in columns],
        [Row([Cell(str(row.get(column, ""))) for column in columns]) for row in rows],
    )


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
