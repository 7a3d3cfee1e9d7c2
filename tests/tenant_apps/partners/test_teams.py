from __future__ import annotations

import threading

import pytest
from django.db import connection
from guardian.shortcuts import get_perms

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import DomainError, Unprocessable
from tenant_apps.partners.domain import profiles, teams
from tenant_apps.partners.domain.profiles import Profile
from tenant_apps.partners.models import Partner, PartnerGrant, TeamMember
from tenant_apps.partners.permissions import VERBS_OF_ROLE, NotYourPartner, Verb, can, may
from tenant_apps.partners.queries import memberships_of, partner_of, partner_with
from tests.factories.partners import (
    OPERATOR,
    actor_for,
    make_person,
    make_vendor,
    put_in_team,
)
from tests.world import NOW


@pytest.mark.parametrize("role", list(VERBS_OF_ROLE))
def test_a_role_grants_its_verbs_and_no_other(in_alpha, role):
    owner, mate = make_person(), make_person("cy@example.com")
    vendor = make_vendor(owner=owner)
    if role == "owner":
        put_in_team(vendor.id, mate, role)
    else:
        put_in_team(vendor.id, mate, role)

    assert {verb for verb in Verb if can(mate, verb, vendor.id)} == VERBS_OF_ROLE[role]
    # django-guardian reads the same rows.
    partner = Partner.objects.get(pk=vendor.id)
    assert set(get_perms(mate, partner)) >= {verb.value for verb in VERBS_OF_ROLE[role]}


def test_one_question_costs_one_query(in_alpha, django_assert_num_queries):
    owner = make_person()
    vendor = make_vendor(owner=owner)

    with django_assert_num_queries(1):
        assert can(owner, Verb.EDIT_PRODUCTS, vendor.id)
    with django_assert_num_queries(0):
        assert not can(None, Verb.EDIT_PRODUCTS, vendor.id)
        assert may(OPERATOR, Verb.EDIT_PRODUCTS, vendor.id)


def test_grants_are_for_one_partner(in_alpha):
    owner = make_person()
    make_vendor(owner=owner)
    other = make_vendor("Other")

    assert not can(owner, Verb.READ_PRODUCTS, other.id)


def test_grants_stay_in_their_tenant(alpha, beta):
    with tenant_context(alpha):
        owner = make_person()
        vendor = make_vendor(owner=owner)
    with tenant_context(beta):
        twin = make_vendor(owner=make_person())
        assert not can(owner.pk, Verb.READ_PRODUCTS, vendor.id)
        assert not can(owner.pk, Verb.READ_PRODUCTS, twin.id)


def test_a_changed_role_changes_the_grants(in_alpha):
    owner, mate = make_person(), make_person("cy@example.com")
    vendor = make_vendor(owner=owner)
    put_in_team(vendor.id, mate, "inventory")

    teams.change_role(
        partner_id=vendor.id, user_id=mate.pk, role="accounting", acting=actor_for(owner), at=NOW
    )

    assert not can(mate, Verb.EDIT_PRODUCTS, vendor.id)
    assert can(mate, Verb.READ_MONEY, vendor.id)


def test_the_last_owner_stays(in_alpha):
    owner = make_person()
    vendor = make_vendor(owner=owner)

    with pytest.raises(teams.LastOwner):
        teams.remove_member(partner_id=vendor.id, user_id=owner.pk, acting=actor_for(owner), at=NOW)
    with pytest.raises(teams.LastOwner):
        teams.change_role(
            partner_id=vendor.id, user_id=owner.pk, role="support", acting=SYSTEM, at=NOW
        )

    assert partner_of(owner) is not None


def test_who_leaves_keeps_nothing(in_alpha):
    owner, mate = make_person(), make_person("cy@example.com")
    vendor = make_vendor(owner=owner)
    put_in_team(vendor.id, mate, "orders")
    assert "vendor" in actor_for(mate).roles

    teams.remove_member(partner_id=vendor.id, user_id=mate.pk, acting=actor_for(mate), at=NOW)

    assert memberships_of(mate.pk) == []
    assert not PartnerGrant.objects.filter(user=mate).exists()
    assert "vendor" not in actor_for(mate).roles


def test_only_those_who_may_change_the_team(in_alpha):
    owner, mate = make_person(), make_person("cy@example.com")
    vendor = make_vendor(owner=owner)
    put_in_team(vendor.id, mate, "inventory")

    with pytest.raises(NotYourPartner):
        teams.add_member(
            partner_id=vendor.id,
            email="x@example.com",
            role="owner",
            acting=actor_for(mate),
            at=NOW,
        )
    with pytest.raises(NotYourPartner):
        teams.remove_member(partner_id=vendor.id, user_id=owner.pk, acting=actor_for(mate), at=NOW)


def test_a_team_takes_known_people_once(in_alpha):
    owner = make_person()
    vendor = make_vendor(owner=owner)
    acting = actor_for(owner)

    for email, role, error in [
        ("nobody@example.com", "orders", teams.NoSuchAccount),
        (owner.email, "orders", teams.AlreadyInTeam),
        (owner.email, "king", Unprocessable),
    ]:
        with pytest.raises(error):
            teams.add_member(partner_id=vendor.id, email=email, role=role, acting=acting, at=NOW)


def test_people_edit_their_own_profile(in_alpha):
    owner, stranger = make_person(), make_person("cy@example.com")
    vendor = make_vendor(owner=owner)

    profiles.edit_profile(
        partner_id=vendor.id, profile=Profile(name="Loam & Co"), acting=actor_for(owner), at=NOW
    )
    with pytest.raises(NotYourPartner):
        profiles.edit_profile(
            partner_id=vendor.id, profile=Profile(name="Mine"), acting=actor_for(stranger), at=NOW
        )

    changed = partner_with(vendor.id)
    assert (changed.name, changed.slug) == ("Loam & Co", vendor.slug)


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_leave_at_once(alpha):
    with tenant_context(alpha):
        ann, bob = make_person("ann@example.com"), make_person("bob@example.com")
        vendor = make_vendor(owner=ann)
        put_in_team(vendor.id, bob, "owner")
    refused = []

    def leave(user):
        with tenant_context(alpha):
            try:
                teams.remove_member(
                    partner_id=vendor.id, user_id=user.pk, acting=actor_for(user), at=NOW
                )
            except DomainError as error:
                refused.append(error.code)
        connection.close()

    threads = [threading.Thread(target=leave, args=(user,)) for user in (ann, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_context(alpha):
        assert TeamMember.objects.filter(partner_id=vendor.id, role="owner").count() == 1
    assert refused == ["last_owner"]
