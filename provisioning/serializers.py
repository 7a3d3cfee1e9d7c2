"""Shapes of the platform's API."""

from __future__ import annotations

from rest_framework import serializers

from provisioning.forms import CURRENCIES
from provisioning.queries import PoolState, TenantRow


class TenantOrderSerializer(serializers.Serializer[None]):
    """A tenant to open."""

    slug = serializers.CharField(max_length=80)
    name = serializers.CharField(max_length=80)
    owner_email = serializers.EmailField()
    owner_name = serializers.CharField(max_length=120, required=False, default="")
    tier = serializers.CharField(max_length=40, required=False, default="starter")
    currency = serializers.ChoiceField(choices=CURRENCIES, required=False, default="EUR")
    theme = serializers.CharField(max_length=40, required=False, default="hearth")


class ReasonSerializer(serializers.Serializer[None]):
    """Why; it is kept with the change."""

    reason = serializers.CharField(max_length=200)


class TenantSerializer(serializers.Serializer[TenantRow]):
    """A tenant as the platform sees it."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    tier = serializers.CharField()
    tier_version = serializers.IntegerField()
    host = serializers.CharField()
    url = serializers.CharField()
    currency = serializers.CharField()


class PoolSerializer(serializers.Serializer[PoolState]):
    """The pool of ready schemas."""

    ready = serializers.IntegerField()
    stale = serializers.IntegerField()
    target = serializers.IntegerField()
