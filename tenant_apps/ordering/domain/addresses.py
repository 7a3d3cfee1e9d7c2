"""Where an order goes: the addresses of the places room, under the name orders know them by."""

from __future__ import annotations

from tenant_apps.places.domain.addresses import (
    Address,
    BadAddress,
    checked_address,
    checked_email,
    countries,
    country_name,
    wants_postcode,
    wants_region,
)

__all__ = [
    "Address",
    "BadAddress",
    "checked_address",
    "checked_email",
    "countries",
    "country_name",
    "wants_postcode",
    "wants_region",
]
