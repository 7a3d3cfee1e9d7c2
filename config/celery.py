"""The task queue. Every task belongs to one tenant or, when it says so, to the platform."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
app = Celery("galleria")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
