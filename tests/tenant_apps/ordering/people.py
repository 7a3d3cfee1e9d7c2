"""Cy, who buys."""

from __future__ import annotations

from shared_apps.kernel.actor import Actor
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.planning import CheckoutDetails

ADDRESS = Address(
    name="Cy Customer", line1="1 Quay Street", city="Galway", country="IE", postcode="H91 XY12"
)
DETAILS = CheckoutDetails(email="cy@customers.example", address=ADDRESS)
GUEST = Actor("guest", "g", "Guest")
