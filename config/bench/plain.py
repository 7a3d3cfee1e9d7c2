"""The reference: plain Django, no tenants, one query, 24 rows as JSON. `gunicorn config.bench.plain:application`."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path

from config import env

TABLE = "bench_plain"
_FIELDS = ("id", "title", "summary", "url", "price_minor", "currency")

if not settings.configured:
    database = env.database(os.environ["DATABASE_ADMIN_URL"])
    database["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {**database, "ENGINE": "django.db.backends.postgresql"}},
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.environ["SECRET_KEY"],
        USE_TZ=True,
    )
    django.setup()


def products(_request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_FIELDS)} FROM public.{TABLE} ORDER BY id LIMIT 24")  # noqa: S608  (our own constants)
        rows = [dict(zip(_FIELDS, row, strict=True)) for row in cursor.fetchall()]
    return JsonResponse({"results": rows})


urlpatterns: list[URLPattern] = [path("products", products)]
application = get_wsgi_application()
