"""`/api/platform/v1/`: what the console does, for programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from provisioning.domain.lives import close_tenant, resume_tenant, suspend_tenant
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.queries import TenantRow, list_tenants, pool_state, tenant_row
from provisioning.serializers import (
    PoolSerializer,
    ReasonSerializer,
    TenantOrderSerializer,
    TenantSerializer,
)
from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import IsPlatformStaff
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import public_id


class PlatformView(APIView):
    """For the platform's staff with a second factor."""

    permission_classes = (IsPlatformStaff,)


class TenantsView(PlatformView):
    @extend_schema(responses=TenantSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every tenant, oldest first."""
        return Response({"data": [_shown(row) for row in list_tenants()], "meta": {}})

    @extend_schema(request=TenantOrderSerializer, responses={201: TenantSerializer})
    def post(self, request: Request) -> Response:
        """Open a tenant; it answers at once when the pool is warm."""
        form = TenantOrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        tenant = provision_tenant(
            order=TenantOrder(**form.validated_data, preset="shop-first"),
            acting=acting_as(request._request),
            at=now(),
        )
        return Response(_shown(tenant_row(tenant.slug)), status=201)


class TenantView(PlatformView):
    @extend_schema(responses=TenantSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(_shown(tenant_row(slug)))


class SuspensionView(PlatformView):
    @extend_schema(request=ReasonSerializer, responses=TenantSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Suspend: visitors see a pause page, nothing is lost."""
        note = _reason(request)
        suspend_tenant(slug=slug, acting=acting_as(request._request), at=now(), note=note)
        return Response(_shown(tenant_row(slug)))

    @extend_schema(request=None, responses=TenantSerializer)
    def delete(self, request: Request, slug: str) -> Response:
        """Resume."""
        resume_tenant(slug=slug, acting=acting_as(request._request), at=now())
        return Response(_shown(tenant_row(slug)))


class ClosureView(PlatformView):
    @extend_schema(request=ReasonSerializer, responses=TenantSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Close: hosts answer 410, the data is dropped after the grace period."""
        note = _reason(request)
        close_tenant(slug=slug, acting=acting_as(request._request), at=now(), note=note)
        return Response(_shown(tenant_row(slug)))


class PoolView(PlatformView):
    @extend_schema(responses=PoolSerializer)
    def get(self, request: Request) -> Response:
        return Response(PoolSerializer(pool_state()).data)


def _shown(row: TenantRow) -> dict[str, object]:
    return {**TenantSerializer(row).data, "id": public_id("ten", row.id)}


def _reason(request: Request) -> str:
    form = ReasonSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    return str(form.validated_data["reason"])
