"""Files in, and how far they are."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.shapes import limit_of, listing
from tenant_apps.integrations.domain import imports
from tenant_apps.integrations.domain.imports import Upload
from tenant_apps.integrations.queries import (
    ID_PREFIX,
    ImportStatus,
    ImportUnknown,
    import_status,
    imports_of,
    issues_of,
)
from tenant_apps.integrations.serializers import ImportInput, issue_json, status_json
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import PartnerNotFound, partner_with


class VendorImportsView(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(responses={200: dict}, tags=["imports"])
    def get(self, request: Request, partner_id: str) -> Response:
        """A vendor's imports, newest first."""
        asked = request.query_params
        page = imports_of(
            _vendor_id(request, partner_id),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            map(status_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)

    @extend_schema(request=ImportInput, responses={202: dict}, tags=["imports"])
    def post(self, request: Request, partner_id: str) -> Response:
        """Send a product file; a worker takes it up."""
        vendor_id = _vendor_id(request, partner_id)
        form = ImportInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        run_id = imports.receive_upload(
            upload=Upload(
                kind=given["kind"],
                vendor_id=vendor_id,
                file=given["file"],
                currency=given["currency"] or current_tenant().currency,
                is_dry_run=given["dry_run"],
            ),
            acting=acting_as(request),
            at=now(),
        )
        return Response(status_json(import_status(run_id)), status=202)


class ImportView(APIView):
    @extend_schema(responses={200: dict}, tags=["imports"])
    def get(self, request: Request, run_id: str) -> Response:
        """How far an import is."""
        return Response(status_json(_own_run(request, run_id)))

    @extend_schema(responses={204: None}, tags=["imports"])
    def delete(self, request: Request, run_id: str) -> Response:
        """Stop an import after its present batch."""
        run = _own_run(request, run_id)
        imports.cancel_import(run_id=run.id, acting=acting_as(request), at=now())
        return Response(status=204)


class ImportIssuesView(APIView):
    @extend_schema(responses={200: dict}, tags=["imports"])
    def get(self, request: Request, run_id: str) -> Response:
        """What was noticed about the rows, by row."""
        asked = request.query_params
        page = issues_of(
            _own_run(request, run_id).id,
            severity=asked.get("severity", ""),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", ""), 100),
        )
        body = listing(
            map(issue_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
        )
        return Response(body)


def _vendor_id(request: Request, text: str) -> UUID:
    vendor_id = parse_public_id("part", text)
    if not permissions.may(acting_as(request), Verb.EDIT_PRODUCTS, vendor_id):
        raise PartnerNotFound
    return partner_with(vendor_id).id


def _own_run(request: Request, text: str) -> ImportStatus:
    status = import_status(parse_public_id(ID_PREFIX, text))
    if not permissions.may(acting_as(request), Verb.EDIT_PRODUCTS, status.vendor_id):
        raise ImportUnknown
    return status
