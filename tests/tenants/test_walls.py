"""What PostgreSQL itself refuses to a tenant's role."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from provisioning.domain.migrations import existing_tables, owning
from provisioning.domain.rights import table_rights
from shared_apps.kernel.context import NoTenant, bound, platform_context, tenant_context
from shared_apps.outbox.domain.sweeping import SWEEPER

DENIED, UNKNOWN = "42501", "42P01"


def refusal(scope, statement):
    """The SQLSTATE a statement ends with in a scope."""
    with (
        bound(scope),
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return caught.value.__cause__.sqlstate


def test_other_schemas_are_closed(alpha, beta):
    assert refusal(alpha, f'SELECT * FROM "{beta.schema}".identity_user') == DENIED
    assert refusal(alpha, f'UPDATE "{beta.schema}".identity_user SET name = 1::text') == DENIED
    assert refusal(alpha, "SELECT * FROM public.tenants_tenant") == DENIED
    assert refusal(alpha, "SELECT * FROM tenants_tenant") == UNKNOWN


def test_pointing_the_path_elsewhere_opens_nothing(alpha, beta):
    statement = f"SET LOCAL search_path = '{beta.schema}'; SELECT count(*) FROM identity_user"

    assert refusal(alpha, statement) == UNKNOWN


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE identity_user",
        "TRUNCATE identity_user CASCADE",
        "ALTER TABLE identity_user ADD COLUMN x int",
        "CREATE SCHEMA elsewhere",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_tenants_may_not_change_tables(alpha, statement):
    assert refusal(alpha, statement) in {DENIED, "3F000"}


def test_tenants_may_not_pass_rights_on(alpha):
    with tenant_context(alpha), connection.cursor() as cursor:
        # Without grant option it only warns.
        cursor.execute("GRANT ALL ON identity_user TO PUBLIC")
        cursor.execute("SELECT has_table_privilege('g_sweeper', 'identity_user', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_history_can_be_read_and_written_but_not_changed(alpha):
    rights = table_rights(["shared_apps.audit", "shared_apps.identity", "shared_apps.ledger"])
    tables = sorted(table for table, right in rights.items() if right == "append_only")

    assert "audit_auditentry" in tables
    for table in tables:
        assert refusal(alpha, f"DELETE FROM {table}") == DENIED
        assert refusal(alpha, f"SELECT 1 FROM {table} FOR UPDATE") == DENIED
        with tenant_context(alpha), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.django_db(databases=["default", "owner"])
def test_every_table_has_exactly_the_declared_rights(alpha):
    from django.conf import settings

    expected = {
        "full": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "append_only": {"SELECT", "INSERT"},
        "read_only": {"SELECT"},
    }
    with platform_context(), owning() as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.privilege_type) FROM pg_class c,"
            " LATERAL aclexplode(c.relacl) a WHERE c.relnamespace = %s::regnamespace"
            " AND a.grantee = 'tenant_rw'::regrole GROUP BY 1",
            [alpha.schema],
        )
        found = {table: set(privileges) for table, privileges in cursor.fetchall()}
        tables = existing_tables(alpha.schema)
    declared = {
        table: expected[right] for table, right in table_rights(settings.TENANT_APPS).items()
    }
    declared["django_migrations"] = {"SELECT"}

    assert found == {table: declared[table] for table in tables}


def test_platform_sees_no_tenant_and_sweeper_only_its_two_tables(alpha):
    with platform_context() as platform:
        assert refusal(platform, f'SELECT * FROM "{alpha.schema}".identity_user') == DENIED
    assert refusal(SWEEPER, f'SELECT * FROM "{alpha.schema}".identity_user') == DENIED
    assert refusal(SWEEPER, f'DELETE FROM "{alpha.schema}".outbox_outboxevent') == DENIED
    with bound(SWEEPER), connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{alpha.schema}".outbox_outboxevent')
        cursor.execute(f'SELECT count(*) FROM "{alpha.schema}".django_migrations')


def test_forgotten_tenant_reaches_nothing(db):
    with bound(None), pytest.raises(NoTenant), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_content_types_are_remembered_for_their_tenant_only(alpha, beta):
    from django.contrib.contenttypes.models import ContentType

    from shared_apps.identity.models import User

    with tenant_context(beta), transaction.atomic():
        ours = ContentType.objects.get_for_model(User)
        ContentType.objects.filter(pk=ours.pk).update(model="was_user")
        ContentType.objects.clear_cache()
        moved = ContentType.objects.create(app_label="identity", model="user")
        with tenant_context(alpha):
            theirs = ContentType.objects.get_for_model(User)
        found = ContentType.objects.get_for_model(User)

    assert (theirs.pk, found.pk) == (ours.pk, moved.pk)
