"""The books for programs of the operator."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.permissions import holds_role
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.shapes import limit_of, listing
from shared_apps.ledger import queries as ledger
from shared_apps.ledger.domain.checks import check_books


class NoSuchAccount(NotFound):
    code, title = "record_not_found", "The books have no such account"


class BooksAccess(APIView):
    permission_classes = [holds_role("operator", "staff")]


class AccountsView(BooksAccess):
    @extend_schema(responses={200: dict}, tags=["books"])
    def get(self, request: Request) -> Response:
        """The trial balance: every account with its balance, and the sums per currency."""
        accounts = [
            {
                "code": each.code,
                "kind": each.kind,
                "balance": each.balance.as_json(),
                "side": "debit" if each.is_debit_normal else "credit",
            }
            for each in ledger.account_balances()
        ]
        totals = {
            trial.currency: {
                "debit": trial.debit.as_json(),
                "credit": trial.credit.as_json(),
                "difference": trial.difference.as_json(),
            }
            for trial in ledger.trial_balances()
        }
        return Response(listing(accounts, totals=totals))


class JournalView(BooksAccess):
    @extend_schema(responses={200: dict}, tags=["books"])
    def get(self, request: Request) -> Response:
        """Facts of money with their legs, latest first; `kind`, `subject`, `account`."""
        asked = request.query_params
        page = ledger.journal(
            ledger.JournalQuery(
                kind=asked.get("kind", ""),
                subject=asked.get("subject", ""),
                account=asked.get("account", ""),
            ),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        return Response(
            listing(
                map(_entry_json, page.items),
                next_cursor=page.next_cursor,
                prev_cursor=page.prev_cursor,
                fields=asked.get("fields", ""),
            )
        )


class StatementView(BooksAccess):
    @extend_schema(responses={200: dict}, tags=["books"])
    def get(self, request: Request, code: str) -> Response:
        """The transfers of one account, latest first; `currency` unless the tenant's own."""
        if not ledger.is_open(code):
            raise NoSuchAccount
        asked = request.query_params
        currency = asked.get("currency", "").upper()[:3] or current_tenant().currency
        page = ledger.statement(
            code,
            currency,
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            (
                {
                    "id": str(line.id),
                    "transaction": str(line.transaction_id),
                    "kind": line.kind,
                    "subject": line.subject,
                    "against": line.counterpart,
                    "amount": line.amount.as_json(),
                    "ref": line.ref,
                    "posted_at": line.posted_at,
                }
                for line in page.items
            ),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            balance=ledger.balance_of(code, currency).as_json(),
        )
        return Response(body)


class ChecksView(BooksAccess):
    @extend_schema(responses={200: dict}, tags=["books"])
    def get(self, request: Request) -> Response:
        """Every promise about money, and the rows that break it."""
        results = check_books()
        checks = [
            {
                "check": each.name,
                "holds": each.holds,
                "offending": [
                    {key: str(value) for key, value in row.items()} for row in each.offending
                ],
            }
            for each in results
        ]
        return Response({"holds": all(each.holds for each in results), "checks": checks})


def _entry_json(entry: ledger.JournalEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "key": entry.key,
        "kind": entry.kind,
        "subject": entry.subject,
        "posted_at": entry.posted_at,
        "legs": [
            {
                "debit": leg.debit,
                "credit": leg.credit,
                "amount": leg.amount.as_json(),
                "ref": leg.ref,
            }
            for leg in entry.legs
        ],
    }
