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
SUBJECTS = {
    # Turns the request's session into the actor that everything below is given.
    "shared_apps.identity.domain.actors": ("django.http.HttpRequest",),
    # A request with an Idempotency-Key, and the answer to give again.
    "shared_apps.outbox.domain.repeats": (
        "django.http.HttpRequest",
        "django.http.HttpResponseBase",
        "django.http.JsonResponse",
        "shared_apps.kernel.clock.now",
    ),
    # Registries of page fragments and menu entries, which are asked with the request.
    "themes.domain.navigation": ("django.http.HttpRequest",),
    "themes.domain.panels": ("django.http.HttpRequest",),
}


def test_domain_is_web_free():
    found = [
        f"{module} imports {name}"
        for module, path in modules()
        if ".domain" in module
        for name in imports(path)
        if name.startswith(FORBIDDEN) and name not in SUBJECTS.get(module, ())
    ]

    assert found == []
