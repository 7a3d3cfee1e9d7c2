from __future__ import annotations

import threading

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.identity.domain.actors import actor_of
from shared_apps.identity.domain.people import (
    EmailTaken,
    LastOperator,
    MayNotGrant,
    UnknownPerson,
    UnknownRole,
    grant_role,
    revoke_role,
)
from shared_apps.identity.models import RoleGrant, User
from shared_apps.identity.queries import find_by_email, people_by_id, people_with_role
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.kernel.ids import uuid7
from shared_apps.outbox.models import OutboxEvent
from tests.shared_apps.identity.conftest import PASSWORD, person_in


def test_a_new_person_has_roles_an_address_a_record_and_an_event(alpha, ada):
    with bound(alpha):
        assert ada.roles == {"operator", "customer"}
        assert ada.check_password(PASSWORD)
        assert ada.emailaddress_set.get().verified
        assert AuditEntry.objects.get(action="identity.user.register").subject_id == str(ada.id)
        event = OutboxEvent.objects.get(name="identity.user_registered.v1")
        assert event.payload == {"user_id": str(ada.id), "roles": ["customer", "operator"]}


def test_creating_the_same_id_again_changes_nothing(alpha, ada):
    again = person_in(alpha, "other@alpha.example", "vendor", id=ada.id)

    assert again.email == ada.email
    with bound(alpha):
        assert User.objects.count() == 1


def test_an_address_is_taken_whatever_its_case(alpha, ada):
    with pytest.raises(EmailTaken):
        person_in(alpha, "ADA@Alpha.example", "customer")


def test_an_account_without_a_password_lets_nobody_in(alpha):
    with bound(alpha):
        ghost = User.objects.create_user("ghost@alpha.example")

    assert not ghost.has_usable_password()


def test_only_an_operator_gives_and_takes_roles(alpha, ada, cy):
    with bound(alpha):
        with pytest.raises(MayNotGrant):
            grant_role(user_id=cy.id, role="operator", acting=actor_of(cy), at=now())

        grant_role(user_id=cy.id, role="vendor", acting=actor_of(ada), at=now())
        grant_role(user_id=cy.id, role="vendor", acting=actor_of(ada), at=now())
        assert User.objects.get(id=cy.id).roles == {"customer", "vendor"}

        revoke_role(user_id=cy.id, role="vendor", acting=actor_of(ada), at=now())
        assert User.objects.get(id=cy.id).roles == {"customer"}
        moves = AuditEntry.objects.filter(action__startswith="identity.role.")
        assert [entry.action for entry in moves.order_by("id")] == [
            "identity.role.grant",
            "identity.role.revoke",
        ]


def test_unknown_roles_and_people_are_refused(alpha, ada):
    with bound(alpha):
        with pytest.raises(UnknownRole):
            grant_role(user_id=ada.id, role="emperor", acting=SYSTEM, at=now())
        with pytest.raises(UnknownPerson):
            grant_role(user_id=uuid7(), role="vendor", acting=SYSTEM, at=now())


def test_the_last_operator_stays(alpha, ada, cy):
    with bound(alpha):
        with pytest.raises(LastOperator):
            revoke_role(user_id=ada.id, role="operator", acting=actor_of(ada), at=now())

        grant_role(user_id=cy.id, role="operator", acting=actor_of(ada), at=now())
        revoke_role(user_id=ada.id, role="operator", acting=actor_of(ada), at=now())

        assert [card.id for card in people_with_role("operator")] == [cy.id]


def test_cards_cost_one_query(alpha, ada, cy, django_assert_num_queries):
    with bound(alpha), django_assert_num_queries(1):
        cards = people_by_id([ada.id, cy.id])

    assert set(cards[ada.id].roles) == {"operator", "customer"}
    with bound(alpha):
        assert find_by_email("CY@alpha.example").id == cy.id
        assert find_by_email("nobody@alpha.example") is None


@pytest.mark.django_db(transaction=True)
def test_two_operators_who_revoke_each_other_leave_one(alpha, ada, cy):
    with bound(alpha):
        grant_role(user_id=cy.id, role="operator", acting=SYSTEM, at=now())
    refused: list[Exception] = []
    start = threading.Barrier(2)

    def revoke(user: User) -> None:
        from django.db import connection

        with bound(alpha):
            start.wait()
            try:
                revoke_role(user_id=user.id, role="operator", acting=SYSTEM, at=now())
            except LastOperator as error:
                refused.append(error)
            finally:
                connection.close()

    threads = [threading.Thread(target=revoke, args=[user]) for user in (ada, cy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with bound(alpha):
        assert len(refused) == 1
        assert RoleGrant.objects.filter(role="operator").count() == 1
