from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from shared_apps.kernel.context import platform_context


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_ledger_bench_runs_and_leaves_nothing(monkeypatch):
    monkeypatch.setattr("config.bench.ledger._ROUNDS", 1)
    monkeypatch.setattr("config.bench.ledger._POSTS", 3)
    out = io.StringIO()

    with platform_context():
        call_command("bench", "ledger", json=True, stdout=out)

    report = json.loads(out.getvalue())
    assert report["name"] == "ledger"
    (result,) = report["results"]
    assert result["value"] > 0 < result["reference"]
    assert result["n"] == 3
