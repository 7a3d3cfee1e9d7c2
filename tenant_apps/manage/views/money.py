"""The operator's money: a page of figures, and the books."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared_apps.identity.permissions import role_required
from shared_apps.identity.queries import people_by_id
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import Span, span_of
from shared_apps.kernel.tabular import Value, csv_of
from shared_apps.ledger import queries as ledger
from shared_apps.ledger.domain.chart import UnknownAccount, terms_of
from shared_apps.ledger.domain.checks import check_books
from tenant_apps.manage.queries.money import money_overview
from tenant_apps.manage.views import showing
from tenant_apps.partners.queries import partners_by_id
from themes.domain.tables import Cell, Column, Row, Table
from themes.templatetags import spans

EXPORT_MAX = 20_000


class NoSuchAccount(NotFound):
    code, title = "record_not_found", "The books have no such account"


@never_cache
@require_safe
@role_required("operator", "staff")
def overview(request: HttpRequest) -> HttpResponse:
    """Sales, commission, the platform's share, refunds, and what is owed to whom."""
    span = asked_span(request)
    found = money_overview(span, current_tenant().currency)
    owed = [
        {
            "label": showing.account_label(each.code),
            "url": showing.account_url(each.code, found.currency),
            "amount": each.balance,
        }
        for each in found.owed
    ]
    context = {
        "found": found,
        "span": span,
        "tabs": spans.span_tabs(span, "/manage/money/"),
        "sales": showing.sales_chart(found),
        "commission": showing.commission_chart(found),
        "gross_note": spans.compared(found.now.gross, found.before.gross),
        "orders_note": spans.compared(found.now.orders, found.before.orders),
        "owed": owed,
    }
    return render(request, "manage/money.html", context)


def asked_span(request: HttpRequest) -> Span:
    asked = request.GET
    return span_of(
        key=asked.get("span", ""),
        first=asked.get("from", ""),
        last=asked.get("to", ""),
        today=now().date(),
    )


@never_cache
@require_safe
@role_required("operator", "staff")
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account's balance, per currency; `at` is the end of a day, `as=csv` a file."""
    day = showing.day_of(request.GET.get("at", ""))
    until = datetime.combine(day + timedelta(days=1), time(), UTC) if day else None
    trials = ledger.trial_balances(at=until)
    if request.GET.get("as") == "csv":
        rows = [
            (each.code, each.currency, each.kind, each.debit, each.credit)
            for each in ledger.account_balances(at=until)
        ]
        return csv_response(
            "trial-balance", ["account", "currency", "kind", "debit", "credit"], rows
        )
    context = {
        "tabs": showing.books_tabs(""),
        "day": day,
        "trials": [(trial, showing.trial_table(trial)) for trial in trials],
        "query": urlencode({"at": day.isoformat()} if day else {}),
    }
    return render(request, "manage/books/trial_balance.html", context)


@never_cache
@require_safe
@role_required("operator", "staff")
def journal(request: HttpRequest) -> HttpResponse:
    """Every fact of money with its legs, latest first; by kind, subject, account and days."""
    said = {name: request.GET.get(name, "").strip() for name in ("kind", "subject", "account")}
    span = asked_span(request) if request.GET.get("from") else None
    asked = ledger.JournalQuery(
        kind=said["kind"],
        subject=said["subject"],
        account=said["account"],
        start=span.starts_at if span else None,
        end=span.ends_at if span else None,
    )
    if request.GET.get("as") == "csv":
        return _journal_file(asked)
    page = ledger.journal(asked, cursor=request.GET.get("cursor", ""))
    dates = {"from": span.start.isoformat(), "to": span.last.isoformat()} if span else {}
    context = {
        "tabs": showing.books_tabs("journal/"),
        "rows": showing.journal_rows(page.items),
        "page": page,
        "kinds": [(kind, showing.kind_label(kind)) for kind in ledger.kinds_posted()],
        "asked": asked,
        "dates": dates,
        "query": urlencode({**{name: text for name, text in said.items() if text}, **dates}),
    }
    return render(request, "manage/books/journal.html", context)


def _journal_file(asked: ledger.JournalQuery) -> HttpResponse:
    rows, cursor = list[Sequence[Value]](), ""
    while len(rows) < EXPORT_MAX:
        page = ledger.journal(asked, cursor=cursor, limit=100)
        rows += [showing.leg_row(entry, leg) for entry in page.items for leg in entry.legs]
        cursor = page.next_cursor
        if not cursor:
            break
    columns = [
        "posted_at",
        "key",
        "kind",
        "subject",
        "debit",
        "credit",
        "amount",
        "currency",
        "ref",
    ]
    return csv_response("journal", columns, rows)


@never_cache
@require_safe
@role_required("operator", "staff")
def account(request: HttpRequest, code: str) -> HttpResponse:
    """The statement of an account, or the accounts of one first word."""
    try:
        terms = terms_of(code)
    except UnknownAccount as error:
        raise NoSuchAccount from error
    if ledger.is_personal(code) and not ledger.is_open(code):
        raise NoSuchAccount
    currency = _currency(request)
    cursor = request.GET.get("cursor", "")
    query = urlencode({"currency": currency})
    if terms.cached and ":" not in code:
        page = ledger.accounts_page(code, cursor=cursor)
        context = {"page": page, "table": _people_table(page.items), "title": code, "query": query}
        return render(request, "manage/books/accounts.html", _named(context))
    lines = ledger.statement(code, currency, cursor=cursor, limit=50)
    if request.GET.get("as") == "csv":
        return _statement_file(code, currency)
    context = {
        "page": lines,
        "table": showing.statement_table(_running(code, currency, lines.items)),
        "title": code,
        "owner": _owners([code]).get(code, ""),
        "balance": ledger.balance_of(code, currency),
        "query": query,
    }
    return render(request, "manage/books/statement.html", _named(context))


def _currency(request: HttpRequest) -> str:
    """The currency asked for, if there is such a one, else the tenant's own."""
    asked = request.GET.get("currency", "")
    return asked if re.fullmatch("[A-Z]{3}", asked) else current_tenant().currency


def _named(context: dict[str, object]) -> dict[str, object]:
    label = showing.account_label(str(context["title"]))
    return {**context, "label": label, "tabs": showing.books_tabs("none")}


def _running(
    code: str, currency: str, lines: list[ledger.StatementLine]
) -> list[tuple[ledger.StatementLine, Money]]:
    """Each line with the balance after it."""
    if not lines:
        return []
    balance = ledger.balance_through(code, currency, transfer_id=lines[0].id)
    found = []
    for line in lines:
        found.append((line, balance))
        balance -= line.amount
    return found


def _statement_file(code: str, currency: str) -> HttpResponse:
    rows, cursor = list[Sequence[Value]](), ""
    while len(rows) < EXPORT_MAX:
        page = ledger.statement(code, currency, cursor=cursor, limit=100)
        rows += [
            (e.posted_at, e.kind, e.subject, e.counterpart, e.amount, currency, balance)
            for e, balance in _running(code, currency, page.items)
        ]
        cursor = page.next_cursor
        if not cursor:
            break
    columns = ["posted_at", "kind", "subject", "against", "amount", "currency", "balance"]
    return csv_response("statement", columns, rows)


def _people_table(accounts: list[ledger.AccountBalance]) -> Table:
    owners = _owners([each.code for each in accounts])
    rows = [
        Row(
            [
                Cell(
                    owners.get(each.code) or each.code,
                    url=showing.account_url(each.code, each.currency),
                    note=each.code,
                ),
                Cell(each.balance),
            ]
        )
        for each in accounts
    ]
    return Table(_("Accounts"), [Column(_("Whose")), Column(_("Balance"), end=True)], rows)


def _owners(codes: list[str]) -> dict[str, str]:
    """Whose the accounts are, as far as the partners and people of this marketplace know."""
    ids: dict[str, UUID] = {}
    for code in codes:
        _word, _colon, rest = code.partition(":")
        try:
            ids[code] = UUID(rest)
        except ValueError:
            continue
    names = {partner_id: each.name for partner_id, each in partners_by_id(ids.values()).items()}
    unknown = [each for each in ids.values() if each not in names]
    names |= (
        {user_id: each.name for user_id, each in people_by_id(unknown).items()} if unknown else {}
    )
    return {code: names.get(owner_id, "") for code, owner_id in ids.items()}


@never_cache
@require_safe
@role_required("operator", "staff")
def checks(request: HttpRequest) -> HttpResponse:
    """Every promise about money over the whole history, with what breaks it."""
    results = check_books()
    broken = [result for result in results if not result.holds]
    context = {
        "tabs": showing.books_tabs("checks/"),
        "count": len(results),
        "broken": [
            (result, showing.offending_table(result.name, result.offending)) for result in broken
        ],
        "held": [showing.check_label(result.name) for result in results if result.holds],
    }
    return render(request, "manage/books/checks.html", context)


def csv_response(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]
) -> HttpResponse:
    return HttpResponse(
        csv_of(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
