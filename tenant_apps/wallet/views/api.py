"""The caller's own wallet, for programs."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.shapes import limit_of, listing
from tenant_apps.wallet import queries
from tenant_apps.wallet.serializers import (
    StatementLineOutput,
    WalletOutput,
    line_json,
    wallet_json,
)


class WalletView(APIView):
    @extend_schema(responses=WalletOutput(many=True), tags=["wallet"])
    def get(self, request: Request) -> Response:
        """What can be spent, what is set aside, what is on its way; one item for each currency."""
        user_id = UUID(acting_as(request).id)
        currencies = queries.currencies_of(user_id, current_tenant().currency)
        wallets = [queries.wallet_of(user_id, currency) for currency in currencies]
        return Response(listing(map(wallet_json, wallets)))


class StatementView(APIView):
    @extend_schema(responses=StatementLineOutput(many=True), tags=["wallet"])
    def get(self, request: Request) -> Response:
        """Every change, latest first, with the balance after it; `currency` chooses which."""
        user_id, asked = UUID(acting_as(request).id), request.query_params
        currencies = queries.currencies_of(user_id, current_tenant().currency)
        wanted = asked.get("currency", "")
        page = queries.statement(
            f"wallet:{user_id}",
            wanted if wanted in currencies else currencies[0],
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        return Response(
            listing(
                map(line_json, page.items),
                next_cursor=page.next_cursor,
                prev_cursor=page.prev_cursor,
            )
        )
