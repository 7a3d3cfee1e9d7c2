"""The caller's address book for programs."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.places.domain import book
from tenant_apps.places.domain.addresses import checked_address
from tenant_apps.places.domain.book import ADDRESS_PREFIX
from tenant_apps.places.serializers import (
    AddressShownSerializer,
    SavedAddressSerializer,
    address_json,
)


class AddressesView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: AddressShownSerializer(many=True)}, tags=["addresses"])
    def get(self, request: Request) -> Response:
        """The caller's addresses, the default first."""
        return Response({"data": [address_json(each) for each in book.address_book(_own(request))]})

    @extend_schema(
        request=SavedAddressSerializer, responses={201: AddressShownSerializer}, tags=["addresses"]
    )
    def post(self, request: Request) -> Response:
        """Add an address; the same one is kept once."""
        form = SavedAddressSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        address_id = book.save_address(
            user_id=_own(request),
            address=checked_address(said),
            phone=said["phone"],
            is_default=said["is_default"],
            at=now(),
        )
        made = book.saved_address(user_id=_own(request), address_id=address_id)
        return Response(address_json(made), status=201)


class AddressItemView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: AddressShownSerializer}, tags=["addresses"])
    def get(self, request: Request, public: str) -> Response:
        """One address of the caller."""
        found = book.saved_address(user_id=_own(request), address_id=_id(public))
        return Response(address_json(found))

    @extend_schema(
        request=SavedAddressSerializer, responses={200: AddressShownSerializer}, tags=["addresses"]
    )
    def put(self, request: Request, public: str) -> Response:
        """Correct an address; orders keep the one they were placed with."""
        book.saved_address(
            user_id=_own(request), address_id=_id(public)
        )  # unknown before unreadable
        form = SavedAddressSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        book.change_address(
            user_id=_own(request),
            address_id=_id(public),
            address=checked_address(said),
            phone=said["phone"],
            is_default=said["is_default"],
        )
        found = book.saved_address(user_id=_own(request), address_id=_id(public))
        return Response(address_json(found))

    @extend_schema(responses={204: None}, tags=["addresses"])
    def delete(self, request: Request, public: str) -> Response:
        """Take an address out."""
        book.remove_address(user_id=_own(request), address_id=_id(public))
        return Response(status=204)


def _own(request: Request) -> UUID:
    return UUID(str(request.user.pk))


def _id(public: str) -> UUID:
    return parse_public_id(ADDRESS_PREFIX, public)
