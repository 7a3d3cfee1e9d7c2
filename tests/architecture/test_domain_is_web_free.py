"""Domain code knows nothing of requests, forms, templates or the clock."""

from __future__ import annotations

from tests.architecture.house import imports, modules

FORBIDDEN = (
    "django.http",
    "django.forms",
    "django.shortcuts",
    "django.views",
    "rest_framework",
    "celery",
    "shared_apps.kernel.clock",
)
# Rooms whose very subject is one of these.
RENDERS = {"shared_apps.mailer.domain": ("django.template",)}


def test_domain_is_web_free():
    found = [
        f"{module} imports {name}"
        for module, path in modules()
        if ".domain" in module
        for name in imports(path)
        if name.startswith(FORBIDDEN)
    ]

    assert found == []
