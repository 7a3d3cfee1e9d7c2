"""Points on the globe."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shared_apps.kernel.errors import Unprocessable

EARTH_RADIUS_M = 6_371_008.8


class BadPoint(Unprocessable):
    code, title = "bad_point", "This is not a place on the globe"


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """WGS 84 degrees: latitude -90..90, longitude -180..180."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise BadPoint(f"{self.lat}, {self.lon} is outside the globe")

    def distance_m(self, other: GeoPoint) -> float:
        """Great-circle distance in metres (haversine on the mean Earth radius)."""
        lat, other_lat = math.radians(self.lat), math.radians(other.lat)
        half = (
            math.sin((other_lat - lat) / 2) ** 2
            + math.cos(lat)
            * math.cos(other_lat)
            * math.sin(math.radians(other.lon - self.lon) / 2) ** 2
        )
        return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))
