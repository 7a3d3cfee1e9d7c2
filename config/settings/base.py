"""What is the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config import apps, env
from config.logging import configure_structlog, logging_settings
from config.sentry import start_reporting
from config.settings.accounts import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.DATA_DIR.value())
SECRET_KEY = env.SECRET_KEY.value()
GALLERIA_ENCRYPTION_KEYS = list(env.ENCRYPTION_KEYS.value())
DEBUG = False
# The host decides the tenant, so routing checks it (tenants.routing), not this list.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False

SHARED_APPS = apps.SHARED_APPS
TENANT_APPS = apps.TENANT_APPS
INSTALLED_APPS = apps.INSTALLED_APPS
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = "public"

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.metrics.MetricsMiddleware",
    "config.requests.RequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Also for what the router answers itself: unknown hosts, paused marketplaces.
    "themes.views.security.SecurityHeadersMiddleware",
    "tenants.routing.TenantMiddleware",
    "themes.views.middleware.DesignMiddleware",
    "config.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls.tenant"
GALLERIA_URLCONFS = {
    "tenant": "config.urls.tenant",
    "site": "config.urls.site",
    "console": "config.urls.console",
}
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "themes.loader.Loader",
                    ["themes.loader.ThemeFiles", "django.template.loaders.app_directories.Loader"],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shared_apps.identity.views.account.account_shell",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {"default": env.database(env.DATABASE_URL.value())}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    "pool": {"min_size": 1, "max_size": 8, "timeout": 10, "max_lifetime": 1800}
}
if env.DATABASE_ADMIN_URL.value():
    # Only the provisioning worker and commands hold the owner's login.
    DATABASES["owner"] = {**env.database(env.DATABASE_ADMIN_URL.value()), "GALLERIA_OWNER": True}
# Ours decides; django-tenants insists on seeing its own.
DATABASE_ROUTERS = [
    "tenants.isolation.TenantRouter",
    "django_tenants.routers.TenantSyncRouter",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.VALKEY_URL.value(),
        "KEY_FUNCTION": "tenants.isolation.cache_key",
    }
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

MESSAGE_STORAGE = "config.messages.ScopedCookieStorage"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if env.EXTERNAL_SCHEME.value() == "https":
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch"), ("fr", "Français"), ("ar", "العربية")]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True


def _media_storage() -> dict[str, Any]:
    """Files in the data folder, or a bucket; either way below each tenant's own prefix."""
    if not env.S3_BUCKET.value():
        return {"BACKEND": "shared_apps.media.domain.storage.ScopedFiles"}
    endpoint = env.S3_ENDPOINT.value()
    options = {
        "bucket_name": env.S3_BUCKET.value(),
        "region_name": env.S3_REGION.value() or None,
        "endpoint_url": endpoint or None,
        "addressing_style": "path" if endpoint else "virtual",
    }
    return {"BACKEND": "shared_apps.media.domain.buckets.ScopedS3", "OPTIONS": options}


def _media_origins() -> list[str]:
    """Where pages may load pictures from besides our own hosts: the bucket's signed addresses."""
    bucket, region = env.S3_BUCKET.value(), env.S3_REGION.value()
    if not bucket:
        return []
    if env.S3_ENDPOINT.value():
        return [env.S3_ENDPOINT.value().rstrip("/")]
    names = ["s3", f"s3.{region}"] if region else ["s3"]
    return [f"https://{bucket}.{name}.amazonaws.com" for name in names]


STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": _media_storage(),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

EMAIL_BACKEND = env.MAIL_BACKEND.value()
DEFAULT_FROM_EMAIL = f"Galleria <hello@{env.ROOT_HOST.value()}>"

CELERY_BROKER_URL = env.VALKEY_URL.value()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "{platform}:celery:",
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# A task killed with its worker runs again, so tasks must be harmless to repeat; they are.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
GALLERIA_JOB_SENDER = "config.celery.send"
VALKEY_URL = env.VALKEY_URL.value()

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api.TokenAuthentication",
        "config.api.KeyAuthentication",
        "config.api.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Galleria API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

GALLERIA_ROOT_HOST = env.ROOT_HOST.value()
GALLERIA_EXTERNAL_SCHEME = env.EXTERNAL_SCHEME.value()
GALLERIA_EXTERNAL_PORT = env.EXTERNAL_PORT.value()
GALLERIA_POOL_TARGET = env.POOL_TARGET.value()
GALLERIA_CRASH_AT = env.CRASH_AT.value()
GALLERIA_PAY_SANDBOX_URL = env.PAY_SANDBOX_URL.value()
# Hosted pay pages a form may lead to, and hosts of uploaded pictures: both widen the CSP.
GALLERIA_PAY_ORIGINS = [
    "https://checkout.stripe.com",
    "https://www.paypal.com",
    "https://www.sandbox.paypal.com",
    "https://checkout.paystack.com",
    "https://checkout.flutterwave.com",
    # The sandbox answers calls at its own address and shows its pages under a host of the edge.
    *(
        [
            GALLERIA_PAY_SANDBOX_URL,
            f"{GALLERIA_EXTERNAL_SCHEME}://pay.{GALLERIA_ROOT_HOST}:{GALLERIA_EXTERNAL_PORT}",
        ]
        if GALLERIA_PAY_SANDBOX_URL
        else []
    ),
]
GALLERIA_MEDIA_ORIGINS = _media_origins()
GALLERIA_SENTRY_DSN = env.SENTRY_DSN.value()

LOGGING = logging_settings(env.LOG_LEVEL.value())
configure_structlog()
start_reporting(GALLERIA_SENTRY_DSN)
