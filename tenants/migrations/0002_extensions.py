"""Extensions live in `ext`, never in a tenant's schema: dropping that tenant would drop them."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                "CREATE SCHEMA IF NOT EXISTS ext",
                "CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext",
                "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext",
                "CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext",
            ],
            reverse_sql=migrations.RunSQL.noop,
        )
    ]
