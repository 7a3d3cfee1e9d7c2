"""Partners in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenant_apps.partners.models import Partner, TeamMember
from tenant_apps.partners.queries import PartnerSummary


class ApplicationInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Partner.Kind.choices, default="vendor")
    name = serializers.CharField(min_length=2, max_length=120)
    tagline = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    about = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    contact_email = serializers.EmailField(required=False, allow_blank=True, default="")
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, default="")


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class MemberInput(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=TeamMember.Role.choices)


class PartnerOutput(serializers.Serializer[Any]):
    """The public face of a partner."""

    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()
    tagline = serializers.CharField()
    about = serializers.CharField()
    created_at = serializers.DateTimeField()


class OwnPartnerOutput(PartnerOutput):
    """A partner as its own people and the operator see it."""

    state = serializers.CharField()
    currency = serializers.CharField()
    country = serializers.CharField()
    contact_email = serializers.CharField()
    approved_at = serializers.DateTimeField(allow_null=True)


def public_json(partner: PartnerSummary) -> dict[str, Any]:
    return {
        "id": partner.public_id,
        "kind": partner.kind,
        "name": partner.name,
        "slug": partner.slug,
        "tagline": partner.tagline,
        "about": partner.about,
        "created_at": partner.created_at,
    }


def own_json(partner: PartnerSummary) -> dict[str, Any]:
    return {
        **public_json(partner),
        "state": partner.state,
        "currency": partner.currency,
        "country": partner.country,
        "contact_email": partner.contact_email,
        "approved_at": partner.approved_at,
    }
