"""A release that exists only here: one more migration of a room, in a package of its own.

A field, an index and a Python operation on the table of themes' versions, which every tenant has.
"""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings

APP = "themes"
NAME = "9001_bench"
_MIGRATION = """
from django.db import migrations, models


def mark(apps, schema_editor):
    versions = apps.get_model("themes", "ThemeVersion").objects.using(schema_editor.connection.alias)
    versions.update(bench_mark=7)
{extra}

class Migration(migrations.Migration):
    dependencies = [("themes", "{last}")]
    operations = [
        migrations.AddField("themeversion", "bench_mark", models.IntegerField(default=0)),
        migrations.AddIndex(
            "themeversion", models.Index(fields=["bench_mark"], name="bench_mark_index")
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
{operations}    ]
"""


@contextmanager
def coming_release(*, extra: str = "", operations: str = "") -> Iterator[None]:
    """Have the migration above waiting for every tenant."""
    folder = Path(tempfile.mkdtemp(prefix="galleria-release-"))
    package = folder.name.replace("-", "_")
    target = folder / package
    shutil.copytree(Path(apps.get_app_config(APP).path) / "migrations", target)
    last = max(path.stem for path in target.glob("[0-9]*.py"))
    text = _MIGRATION.format(last=last, extra=extra, operations=operations)
    (target / f"{NAME}.py").write_text(text)
    before = dict(settings.MIGRATION_MODULES)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    settings.MIGRATION_MODULES = {**before, APP: package}
    try:
        yield
    finally:
        settings.MIGRATION_MODULES = before
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
        shutil.rmtree(folder)
