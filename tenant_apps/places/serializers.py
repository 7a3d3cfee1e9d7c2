"""Shapes of the address book in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenant_apps.places.domain.book import AddressView


class SavedAddressSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    line1 = serializers.CharField(max_length=120)
    line2 = serializers.CharField(max_length=120, default="", allow_blank=True)
    city = serializers.CharField(max_length=120)
    region = serializers.CharField(max_length=120, default="", allow_blank=True)
    postcode = serializers.CharField(max_length=20, default="", allow_blank=True)
    country = serializers.CharField(max_length=2)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)
    is_default = serializers.BooleanField(default=False)


class AddressShownSerializer(SavedAddressSerializer):
    id = serializers.CharField()


def address_json(view: AddressView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        **view.address.as_json(),
        "phone": view.phone,
        "is_default": view.is_default,
    }
