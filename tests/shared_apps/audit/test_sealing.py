from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from django.db import ProgrammingError, connection, connections, transaction

from shared_apps.audit.domain.records import record
from shared_apps.audit.domain.sealing import first_broken, seal_all, seal_batch
from shared_apps.audit.models import AuditEntry, AuditSeal
from shared_apps.audit.queries import acts, acts_of
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.ref import Ref
from tests.world import ALPHA, NOW

ADA = Actor("user", "7", "Ada", on_behalf_of="staff:1")
LAMP = Ref("catalog.product", "lamp")


def record_acts(count, start=0):
    with transaction.atomic():
        return [
            record(
                "catalog.product.price",
                subject=LAMP,
                acting=ADA,
                at=NOW + timedelta(seconds=start + index),
                changes={"price": [index, index + 1]},
            )
            for index in range(count)
        ]


def as_owner(sql, *values):
    """What a person with the owner's login could do behind the product's back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SET search_path TO {ALPHA.schema}")
        cursor.execute(sql, values)
        assert cursor.rowcount == 1


def test_record_keeps_who_did_what(in_alpha):
    with structlog.contextvars.bound_contextvars(request_id="req-1234"):
        record_acts(1)

    (act,) = acts(subject=LAMP).items
    assert (act.actor, act.actor_name, act.on_behalf_of) == ("user:7", "Ada", "staff:1")
    assert (act.action, act.changes) == ("catalog.product.price", {"price": [0, 1]})
    assert act.request_id == "req-1234"
    assert acts_of("user:7").items == [act]
    assert acts_of("user:8").items == []


@pytest.mark.parametrize(
    "verb",
    [
        "UPDATE audit_auditentry SET action = 'x'",
        "DELETE FROM audit_auditentry",
        "UPDATE audit_auditseal SET sha256 = 'x'",
        "DELETE FROM audit_sealedentry",
    ],
)
def test_the_record_is_append_only_by_privilege(in_alpha, verb):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)


def test_sealing_chains_every_entry_once(in_alpha, monkeypatch):
    monkeypatch.setattr("shared_apps.audit.domain.sealing.BATCH", 4)
    record_acts(6)

    assert seal_all(at=now()) == 6
    record_acts(1, start=60)
    assert seal_batch(at=now()) == 1
    assert seal_batch(at=now()) == 0
    assert list(AuditSeal.objects.order_by("number").values_list("number", "entry_count")) == [
        (1, 4),
        (2, 2),
        (3, 1),
    ]
    assert first_broken(at=now()) is None


@pytest.fixture
def sealed(db):
    """Ten committed and sealed entries of Alpha, four a seal."""
    with tenant_context(ALPHA), pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared_apps.audit.domain.sealing.BATCH", 4)
        ids = sorted(record_acts(10))  # made in one millisecond: the chain goes by id
        seal_all(at=now())
        yield ids


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_changed_entry_is_named(sealed):
    as_owner("UPDATE audit_auditentry SET changes = '{}' WHERE id = %s", sealed[6])

    broken = first_broken(at=now())

    assert (broken.seal, broken.entry_id) == (2, sealed[6])
    assert "changed" in broken.reason


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_removed_entry_is_named(sealed):
    as_owner("DELETE FROM audit_auditentry WHERE id = %s", sealed[3])

    broken = first_broken(at=now())

    assert (broken.seal, broken.entry_id) == (1, sealed[3])


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_rewritten_digest_breaks_the_seal(sealed):
    as_owner("UPDATE audit_sealedentry SET digest = repeat('0', 64) WHERE entry_id = %s", sealed[9])

    assert first_broken(at=now()).entry_id == sealed[9]

    as_owner("UPDATE audit_auditseal SET sha256 = repeat('0', 64) WHERE number = %s", 2)
    assert first_broken(at=now()).seal == 2


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_entry_slipped_in_behind_the_seals_is_named(sealed):
    early = UUID(int=int((now() - timedelta(days=9)).timestamp() * 1000) << 80)
    AuditEntry.objects.create(
        id=early,
        at=NOW,
        actor_kind="user",
        actor_id="7",
        action="x",
        subject_kind="a.b",
        subject_id="1",
    )

    assert first_broken(at=now()).entry_id == early
