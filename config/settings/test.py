"""Tests: own secrets and folders, quick passwords; services come from tests/conftest.py."""

from __future__ import annotations

import os
import sys
import tempfile

if "pytest" in sys.modules:
    # The services must run before Django reads their addresses, and pytest-django reads the
    # settings before any conftest. Tools that only look at settings (mypy) start nothing.
    from tests import running_services

    running_services.point_settings_at_services()

os.environ.setdefault("SECRET_KEY", "test-key-of-no-worth")
os.environ.setdefault("GALLERIA_ENCRYPTION_KEYS", "second-test-key first-test-key")
os.environ.setdefault("DATABASE_URL", "postgresql://g_app@127.0.0.1:1/unset")
os.environ.setdefault("DATABASE_ADMIN_URL", "postgresql://g_owner@127.0.0.1:1/unset")
os.environ.setdefault("GALLERIA_DATA_DIR", tempfile.mkdtemp(prefix="galleria-test-"))

from config.settings.base import *  # noqa: F403

for _database in DATABASES.values():  # noqa: F405
    _database.pop("OPTIONS", None)
    _database["CONN_MAX_AGE"] = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = False
# WhiteNoise warns about a missing folder, and warnings are errors here.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
