from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from shared_apps.identity.models import User
from shared_apps.kernel.context import NoTenant, platform_context, tenant_context
from tenants.isolation import CrossTenantSave


def test_nobody_bound_raises(db):
    with pytest.raises(NoTenant):
        User.objects.count()


def test_rows_stay_with_their_tenant(alpha, beta):
    with tenant_context(alpha):
        User.objects.create_user("ada@alpha.example")

    with tenant_context(beta):
        assert list(User.objects.all()) == []
    with platform_context():
        assert list(User.objects.all()) == []


def test_another_schema_is_denied_by_postgresql(alpha, beta):
    with (
        tenant_context(alpha),
        pytest.raises(ProgrammingError, match="permission denied for schema"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM {beta.schema}.identity_user")


def test_row_of_one_tenant_is_not_saved_in_another(alpha, beta):
    with tenant_context(alpha):
        user = User.objects.create_user("ada@alpha.example")

    with tenant_context(beta), pytest.raises(CrossTenantSave):
        user.save()


def test_role_and_path_follow_the_scope(alpha, beta):
    seen = []
    for scope in (alpha, beta, alpha):
        with tenant_context(scope), connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('search_path')")
            seen.append(cursor.fetchone())

    assert seen == [(scope.role, f"{scope.schema}, ext") for scope in (alpha, beta, alpha)]
