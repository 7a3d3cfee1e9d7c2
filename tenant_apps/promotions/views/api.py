"""Promotions for the operator's and vendors' programs, gift cards for everybody's."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.shapes import limit_of, listing
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.partners.permissions import Verb, is_operator, require_operator
from tenant_apps.partners.queries import workplace_of
from tenant_apps.promotions import queries
from tenant_apps.promotions.domain import gift_card_sales, gift_cards, promotions
from tenant_apps.promotions.queries import GIFT_CARD_PREFIX, PROMOTION_PREFIX
from tenant_apps.promotions.serializers import (
    CodeInput,
    CodeOutput,
    GiftCardInput,
    GiftCardOutput,
    PromotionInput,
    PromotionOutput,
    PurchaseInput,
    VouchersInput,
    card_json,
    code_json,
    promotion_json,
)


def whose(request: Request) -> UUID | None:
    """The vendor the caller works for; None for the operator, who sees all."""
    acting = acting_as(request)
    return None if is_operator(acting) else workplace_of(acting, Verb.EDIT_PRODUCTS).id


class PromotionsView(APIView):
    @extend_schema(responses=PromotionOutput(many=True), tags=["promotions"])
    def get(self, request: Request) -> Response:
        """Promotions with their usage, newest first; a vendor's caller sees the vendor's own."""
        asked = request.query_params
        page = queries.promotions_page(
            vendor_id=whose(request),
            state=asked.get("status", ""),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            map(promotion_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)

    @extend_schema(request=PromotionInput, responses={201: PromotionOutput}, tags=["promotions"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Start a promotion. Needs an Idempotency-Key."""
        vendor_id = whose(request)
        form = PromotionInput(data=request.data)
        form.is_valid(raise_exception=True)
        made = promotions.create_promotion(
            draft=form.draft(is_vendors=vendor_id is not None),
            vendor_id=vendor_id,
            acting=acting_as(request),
            at=now(),
        )
        return Response(promotion_json(queries.promotion_with(made)), status=201)


class PromotionView(APIView):
    @extend_schema(responses=PromotionOutput, tags=["promotions"])
    def get(self, request: Request, public: str) -> Response:
        """One promotion."""
        return Response(promotion_json(_own(request, public)))

    @extend_schema(request=PromotionInput, responses=PromotionOutput, tags=["promotions"])
    def put(self, request: Request, public: str) -> Response:
        """Describe a promotion anew; its codes stay."""
        vendor_id, found = whose(request), _own(request, public)
        form = PromotionInput(data=request.data)
        form.is_valid(raise_exception=True)
        promotions.change_promotion(
            promotion_id=found.id,
            draft=form.draft(is_vendors=vendor_id is not None),
            vendor_id=vendor_id,
            acting=acting_as(request),
            at=now(),
        )
        return Response(promotion_json(_own(request, public)))


class MoveView(APIView):
    @extend_schema(request=None, responses=PromotionOutput, tags=["promotions"])
    def post(self, request: Request, public: str, move: str) -> Response:
        """`pause`, `resume` or `end`."""
        promotions.move_promotion(
            promotion_id=_own(request, public).id,
            move=move,
            vendor_id=whose(request),
            acting=acting_as(request),
            at=now(),
        )
        return Response(promotion_json(_own(request, public)))


class CodesView(APIView):
    @extend_schema(responses=CodeOutput(many=True), tags=["promotions"])
    def get(self, request: Request, public: str) -> Response:
        """A promotion's codes, newest first; `unused=true` leaves out the used ones."""
        asked = request.query_params
        page = queries.codes_page(
            _own(request, public).id,
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", ""), 100),
            unused_only=asked.get("unused") == "true",
        )
        return Response(
            listing(
                map(code_json, page.items),
                next_cursor=page.next_cursor,
                prev_cursor=page.prev_cursor,
            )
        )

    @extend_schema(request=VouchersInput, responses={201: dict}, tags=["promotions"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Make single-use vouchers. Needs an Idempotency-Key."""
        found = _own(request, public)
        form = VouchersInput(data=request.data)
        form.is_valid(raise_exception=True)
        count = form.validated_data["count"]
        batch = promotions.generate_vouchers(
            promotion_id=found.id,
            count=count,
            vendor_id=whose(request),
            acting=acting_as(request),
            at=now(),
        )
        return Response({"batch": batch, "count": count}, status=201)


class GiftCardsView(APIView):
    @extend_schema(responses=GiftCardOutput(many=True), tags=["gift cards"])
    def get(self, request: Request) -> Response:
        """Every gift card with what is left on it, never its code. For the operator."""
        require_operator(acting_as(request))
        asked = request.query_params
        page = queries.gift_cards_page(
            cursor=asked.get("cursor", ""), limit=limit_of(asked.get("limit", ""))
        )
        return Response(
            listing(
                map(card_json, page.items),
                next_cursor=page.next_cursor,
                prev_cursor=page.prev_cursor,
            )
        )

    @extend_schema(request=GiftCardInput, responses={201: dict}, tags=["gift cards"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Give a card at the operator's cost; the code is in this answer only. Needs an Idempotency-Key."""
        form = GiftCardInput(data=request.data)
        form.is_valid(raise_exception=True)
        made = gift_cards.issue(draft=form.draft(), acting=acting_as(request), at=now())
        body = {"id": public_id(GIFT_CARD_PREFIX, made.id), "code": made.code}
        return Response(body, status=201)


class BalanceView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=CodeInput, responses=dict, tags=["gift cards"])
    def post(self, request: Request) -> Response:
        """What is left on the card with this code."""
        form = CodeInput(data=request.data)
        form.is_valid(raise_exception=True)
        card = gift_cards.find(form.validated_data["code"])
        expires_at = card.expires_at.isoformat() if card.expires_at else None
        return Response(
            {
                "code_end": card.code_end,
                "balance": card.balance.as_json(),
                "expires_at": expires_at,
            }
        )


class PurchasesView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=PurchaseInput, responses={201: dict}, tags=["gift cards"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Open a payment page for a gift card. Needs an Idempotency-Key."""
        form = PurchaseInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = request.user if isinstance(request.user, User) else None
        opened = gift_card_sales.buy(
            purchase=form.purchase(user.id if user else None), acting=acting_as(request), at=now()
        )
        body = {
            "payment": opened.reference,
            "redirect_url": opened.redirect_url,
            "status": opened.state,
        }
        return Response(body, status=201)


class RedemptionsView(APIView):
    @extend_schema(request=CodeInput, responses={201: dict}, tags=["gift cards"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Put all that is on a card into the caller's wallet. Needs an Idempotency-Key."""
        form = CodeInput(data=request.data)
        form.is_valid(raise_exception=True)
        amount = gift_cards.redeem(
            code=form.validated_data["code"],
            user_id=cast("User", request.user).id,
            acting=acting_as(request),
            at=now(),
        )
        return Response({"amount": amount.as_json()}, status=201)


def _own(request: Request, public: str) -> queries.PromotionView:
    promotion_id = parse_public_id(PROMOTION_PREFIX, public)
    return queries.promotion_with(promotion_id, vendor_id=whose(request))
