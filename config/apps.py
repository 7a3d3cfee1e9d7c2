"""Which apps live in `public`, which in every tenant's schema, which in both."""

from __future__ import annotations

# Tables in both: the platform has people, sessions, books and an outbox of its own.
_BOTH = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    # Before allauth, whose pages it replaces.
    "shared_apps.identity",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "shared_apps.outbox",
    "shared_apps.audit",
    "shared_apps.ledger",
    "shared_apps.media",
    "shared_apps.mailer",
]

# No tables of their own, only templates, commands or static files.
_TABLELESS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "config",
]

SHARED_APPS = [
    "django_tenants",
    "tenants",
    "billing",
    "provisioning",
    *_BOTH,
    *_TABLELESS,
]

TENANT_APPS = [
    *_BOTH,
    "guardian",
    "themes",
    "tenant_apps.partners",
    "tenant_apps.places",
    "tenant_apps.wallet",
    "tenant_apps.payments",
    "tenant_apps.settlement",
    "tenant_apps.promotions",
    "tenant_apps.catalog",
    "tenant_apps.ordering",
    "tenant_apps.rides",
    "tenant_apps.stays",
    "tenant_apps.reviews",
    "tenant_apps.messaging",
    "tenant_apps.support",
    "tenant_apps.bundles",
    "tenant_apps.discovery",
    "tenant_apps.ads",
    "tenant_apps.community",
    "tenant_apps.notifications",
    "tenant_apps.analytics",
    "tenant_apps.integrations",
    "tenant_apps.privacy",
    "tenant_apps.storefront",
    "tenant_apps.manage",
]

INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]
