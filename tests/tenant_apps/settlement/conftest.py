from __future__ import annotations

from typing import Any

import pytest

from tests.factories import shop
from tests.factories.shop import Vendor


@pytest.fixture
def potter(in_alpha: Any) -> Vendor:
    return shop.make_vendor("Potter")


@pytest.fixture
def weaver(in_alpha: Any) -> Vendor:
    return shop.make_vendor("Weaver")
