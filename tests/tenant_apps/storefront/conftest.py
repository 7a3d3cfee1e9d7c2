from __future__ import annotations

from collections.abc import Iterator

import pytest

from tenant_apps.storefront.queries import memory


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    memory.forget_all()
    yield
    memory.forget_all()
