"""The shapes of the sign-in API."""

from __future__ import annotations

from rest_framework import serializers


class CredentialsSerializer(serializers.Serializer[object]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)


class RefreshSerializer(serializers.Serializer[object]):
    refresh = serializers.CharField(max_length=100)


class AccessSerializer(serializers.Serializer[object]):
    access = serializers.CharField(max_length=2000)


class TokenPairSerializer(serializers.Serializer[object]):
    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField()


class ClaimsSerializer(serializers.Serializer[object]):
    user = serializers.CharField()
    active_role = serializers.CharField()
    expires_at = serializers.IntegerField()


class MeSerializer(serializers.Serializer[object]):
    id = serializers.CharField(source="public_id")
    email = serializers.EmailField()
    name = serializers.CharField(source="display_name")
    roles = serializers.SerializerMethodField()
    active_role = serializers.SerializerMethodField()

    def get_roles(self, user: object) -> list[str]:
        return sorted(user.roles)  # type: ignore[attr-defined]

    def get_active_role(self, user: object) -> str:
        return str(self.context["active_role"])
