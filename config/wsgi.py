"""The web process. The server loads it once, before it makes its workers, so that they share what never changes."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

for urlconf in settings.GALLERIA_URLCONFS.values():
    get_resolver(urlconf).url_patterns  # noqa: B018  (imports the views of every surface)
# Modules, models and addresses live as long as the process: collecting them over and over finds nothing,
# and would write to pages of memory that the workers share.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
