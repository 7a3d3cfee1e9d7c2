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
    # How people type an address is what this room is for, and other rooms' forms hold one.
    "tenant_apps.places.domain.address_fields": (
        "django.forms",
        "django.forms.renderers.BaseRenderer",
        "django.forms.utils.flatatt",
    ),
    # Wraps API methods so that a repeated request takes effect once.
    "shared_apps.outbox.domain.repeats": (
        "django.http.HttpRequest",
        "django.http.HttpResponseBase",
        "django.http.JsonResponse",
        "shared_apps.kernel.clock.now",
    ),
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
