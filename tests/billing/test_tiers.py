"""Tiers as seeded, and what every tier keeps to."""

from __future__ import annotations

import pytest

from billing.domain.tariff import STARTING_TARIFFS, BadTariff, checked_rates
from billing.models import Tier, TierVersion
from billing.queries import UnknownTier, current_terms, tiers_on_sale


@pytest.mark.parametrize("tariff", STARTING_TARIFFS, ids=lambda tariff: tariff.code)
def test_starting_tariffs_keep_the_rules(tariff):
    assert checked_rates(tariff.take_rates_bps) == tariff.take_rates_bps


@pytest.mark.parametrize(
    "change", [{"marketplace": 499}, {"rides": 1501}, {"ads": 2999}, {"parking": 500}]
)
def test_rates_out_of_bounds_are_refused(change):
    with pytest.raises(BadTariff):
        checked_rates({**STARTING_TARIFFS[0].take_rates_bps, **change})


def test_missing_module_is_refused():
    with pytest.raises(BadTariff):
        checked_rates({"marketplace": 500})


def test_seeded_tiers_are_on_sale_in_order(db):
    offers = tiers_on_sale()

    assert [offer.code for offer in offers] == ["starter", "growth", "scale"]
    assert str(offers[0].monthly_price("EUR")) == "29.00 EUR"
    assert offers[0].monthly_price("CHF") is None


def test_current_terms_are_a_snapshot(db):
    terms = current_terms("growth")

    assert (terms.version, terms.take_rates_bps["ads"]) == (1, 3000)
    with pytest.raises(UnknownTier):
        current_terms("gold")


def test_seeds_have_the_same_ids_everywhere(db):
    from shared_apps.kernel.context import platform_context

    with platform_context():
        ids = {tier.code: tier.id for tier in Tier.objects.all()}
        versions = set(TierVersion.objects.values_list("id", flat=True))

    assert ids == {tariff.code: tariff.tier_id for tariff in STARTING_TARIFFS}
    assert versions == {tariff.version_id for tariff in STARTING_TARIFFS}
