"""Foreign keys point down the house and never from a tenant's table to a public one."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings

ORDER = [
    ["shared_apps.kernel"],
    ["shared_apps.outbox"],
    ["shared_apps.audit"],
    ["shared_apps.identity", "shared_apps.ledger", "shared_apps.media"],
    ["shared_apps.mailer"],
    ["tenants"],
    ["billing", "themes"],
    ["provisioning"],
    ["tenant_apps.partners", "tenant_apps.places"],
    ["tenant_apps.wallet"],
    ["tenant_apps.payments"],
    ["tenant_apps.settlement"],
    ["tenant_apps.promotions"],
    ["tenant_apps.catalog"],
    ["tenant_apps.ordering", "tenant_apps.rides", "tenant_apps.stays"],
    [f"tenant_apps.{room}" for room in ("reviews", "messaging", "support", "bundles")],
    ["tenant_apps.discovery"],
    ["tenant_apps.ads", "tenant_apps.community"],
    ["tenant_apps.analytics", "tenant_apps.notifications"],
    ["tenant_apps.integrations", "tenant_apps.privacy"],
    ["tenant_apps.storefront", "tenant_apps.manage"],
]
FLOOR = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms}


def _keys():
    for model in apps.get_models(include_auto_created=True):
        room = model._meta.app_config.name
        for field in model._meta.get_fields():
            if field.is_relation and getattr(field, "concrete", False) and field.related_model:
                yield (
                    room,
                    f"{model.__name__}.{field.name}",
                    field.related_model._meta.app_config.name,
                )


def test_foreign_keys_point_down():
    upward = [
        f"{room} {name} -> {target}"
        for room, name, target in _keys()
        if room in FLOOR and target in FLOOR and room != target and FLOOR[target] >= FLOOR[room]
    ]

    assert upward == []


def test_no_foreign_key_leaves_a_tenant_for_public():
    tenant_only = set(settings.TENANT_APPS)
    public_only = set(settings.SHARED_APPS) - tenant_only
    crossing = [
        f"{room} {name} -> {target}"
        for room, name, target in _keys()
        if room in tenant_only and target in public_only
    ]

    assert crossing == []
