"""The three tiers the house starts with."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import migrations

_FROM = datetime(2026, 1, 1, tzinfo=UTC)


def add_tiers(apps, schema_editor):
    from billing.domain.tariff import STARTING_TARIFFS

    alias = schema_editor.connection.alias
    tiers = apps.get_model("billing", "Tier").objects.using(alias)
    versions = apps.get_model("billing", "TierVersion").objects.using(alias)
    for tariff in STARTING_TARIFFS:
        tiers.create(
            id=tariff.tier_id, code=tariff.code, name=tariff.name, position=tariff.position
        )
        versions.create(
            id=tariff.version_id,
            tier_id=tariff.tier_id,
            number=tariff.version,
            take_rates_bps=dict(tariff.take_rates_bps),
            limits=dict(tariff.limits),
            features=list(tariff.features),
            monthly_prices=dict(tariff.monthly_prices),
            valid_from=_FROM,
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(add_tiers, migrations.RunPython.noop)]
