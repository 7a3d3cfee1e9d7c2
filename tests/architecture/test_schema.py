"""What tenant schemas must not hold: triggers, functions, deferrable keys, tables without a key."""

from __future__ import annotations

from django.db import connection

from shared_apps.kernel.context import tenant_context


def _rows(tenant, sql):
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute(sql, [tenant.schema])
        return [row[0] for row in cursor.fetchall()]


def test_no_triggers(alpha):
    sql = (
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND NOT t.tgisinternal"
    )
    assert _rows(alpha, sql) == []


def test_no_functions(alpha):
    sql = (
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = %s"
    )
    assert _rows(alpha, sql) == []


def test_no_deferrable_constraints(alpha):
    sql = (
        "SELECT k.conname FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace"
        " WHERE n.nspname = %s AND k.condeferrable"
    )
    assert _rows(alpha, sql) == []


def test_every_table_has_a_primary_key(alpha):
    sql = (
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind = 'r' AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')"
    )
    assert _rows(alpha, sql) == []


def test_no_like_indexes(alpha):
    sql = "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND indexname LIKE '%%\\_like'"
    assert _rows(alpha, sql) == []


def test_no_extension_lives_in_a_tenant(alpha):
    sql = (
        "SELECT e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE n.nspname = %s"
    )
    assert _rows(alpha, sql) == []
