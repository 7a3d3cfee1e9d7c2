"""Queries whose SQL is made once speak for whoever is bound when they are asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.kernel.compiled import Compiled
from shared_apps.kernel.context import tenant_context
from tenant_apps.discovery.models import SearchTerm

pytestmark = pytest.mark.django_db


def test_the_same_sql_reads_each_tenant_its_own(alpha, beta):
    shown = Compiled(lambda word: SearchTerm.objects.filter(word=word), word="?word")
    for tenant, text in ((alpha, "Alpha's"), (beta, "Beta's")):
        with tenant_context(tenant):
            SearchTerm.objects.create(word="bowl", shown=text)

    found = []
    for tenant in (alpha, beta, alpha):
        with tenant_context(tenant):
            found.append([row.shown for row in shown(word="bowl")])

    assert found == [["Alpha's"], ["Beta's"], ["Alpha's"]]


def test_values_are_filled_in_each_time_and_cost_one_query(in_alpha):
    SearchTerm.objects.create(word="bowl", shown="Bowl")
    shown = Compiled(lambda word: SearchTerm.objects.filter(word=word), word="?word")
    shown(word="warm-up")

    with CaptureQueriesContext(connection) as asked:
        rows = [shown(word="bowl"), shown(word="' OR true --")]

    assert [len(found) for found in rows] == [1, 0]
    assert len(asked) == 2


def test_a_blank_that_is_not_in_the_query_is_refused(in_alpha):
    lost = Compiled(lambda word, shown: SearchTerm.objects.filter(word=word), word="?a", shown="?b")

    with pytest.raises(ValueError, match="shown"):
        lost(word="x", shown="y")
