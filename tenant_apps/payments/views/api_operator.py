"""Refunds, disputes and comparisons for the operator's programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.payments import queries
from tenant_apps.payments.domain import disputes, reconciliation, refunds
from tenant_apps.payments.serializers import (
    EvidenceSerializer,
    day_json,
    difference_json,
    dispute_json,
    refund_json,
)
from tenant_apps.payments.views.api import asked, page_json, require_operator
from tenant_apps.payments.views.inbox import ADVICE


class RefundsView(APIView):
    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request) -> Response:
        """Refunds, newest first (operator); state=by_hand are those to be sent by hand."""
        require_operator(request)
        page = queries.refunds_page(state=asked(request, "state"), cursor=asked(request, "cursor"))
        return Response(page_json(page, [refund_json(view) for view in page.items]))


class RefundSentView(APIView):
    @extend_schema(request=None, responses={204: None}, tags=["payments"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Note that a refund was sent by hand (operator). Needs an Idempotency-Key."""
        require_operator(request)
        refunds.mark_refund_paid(
            refund_id=parse_public_id("ref", public), acting=acting_as(request), at=now()
        )
        return Response(status=204)


class DisputesView(APIView):
    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request) -> Response:
        """Disputes, newest first (operator)."""
        require_operator(request)
        page = queries.disputes_page(state=asked(request, "state"), cursor=asked(request, "cursor"))
        return Response(page_json(page, [dispute_json(view) for view in page.items]))


class DisputeView(APIView):
    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request, public: str) -> Response:
        """One dispute (operator)."""
        require_operator(request)
        return Response(dispute_json(queries.dispute(parse_public_id("disp", public))))


class EvidenceView(APIView):
    @extend_schema(request=EvidenceSerializer, responses={200: dict}, tags=["payments"])
    @idempotent
    def post(self, request: Request, public: str) -> Response:
        """Keep or send what speaks for the operator. Needs an Idempotency-Key."""
        require_operator(request)
        dispute_id = queries.dispute(parse_public_id("disp", public)).id
        form = EvidenceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        write = disputes.answer_dispute if said["is_final"] else disputes.draft_evidence
        write(dispute_id=dispute_id, text=said["evidence"], acting=acting_as(request), at=now())
        return Response(dispute_json(queries.dispute(dispute_id)))


class ReconciliationView(APIView):
    @extend_schema(responses={200: dict}, tags=["payments"])
    def get(self, request: Request) -> Response:
        """Books beside statements, day by day, and what differs (operator)."""
        require_operator(request)
        return Response(_comparison())

    @extend_schema(request=None, responses={200: dict}, tags=["payments"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Compare the last days now (operator). Needs an Idempotency-Key."""
        require_operator(request)
        reconciliation.reconcile_accounts(days=reconciliation.DAYS_COMPARED, at=now())
        return Response(_comparison())


def _comparison() -> dict[str, object]:
    return {
        "days": [day_json(day) for day in queries.reconciled_days()],
        "differences": [
            difference_json(each, str(ADVICE[each.kind])) for each in queries.open_differences()
        ],
    }
