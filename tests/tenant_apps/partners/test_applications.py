from __future__ import annotations

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import NotAllowed, Unprocessable
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.partners.domain import applications
from tenant_apps.partners.domain.applications import Application
from tenant_apps.partners.models import Partner
from tenant_apps.partners.queries import (
    PartnerNotFound,
    count_by_state,
    partner_at,
    partner_file,
    partner_of,
    partner_with,
    partners_page,
    vendors_page,
    vendors_visible_to,
)
from tests.factories.partners import (
    OPERATOR,
    actor_for,
    make_applicant,
    make_person,
    make_vendor,
)
from tests.world import NOW


def events():
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


def test_an_application_makes_its_person_the_owner(in_alpha):
    bo = make_person()

    partner = make_applicant(bo)

    assert partner.state == "applied"
    assert partner_of(bo) == partner
    assert [mate.role for mate in partner_file(partner.id).team] == ["owner"]
    assert "vendor" in actor_for(bo).roles
    assert "partners.partner_applied.v1" in events()


def test_the_way_to_approval_is_recorded(in_alpha):
    partner = make_applicant(make_person())

    applications.start_review(partner_id=partner.id, acting=OPERATOR, at=NOW)
    approved = applications.approve(partner_id=partner.id, acting=OPERATOR, at=NOW, note="welcome")

    assert approved.state == "approved"
    assert partner_with(partner.id).approved_at == NOW
    history = partner_file(partner.id).history
    assert [(entry.move, entry.to_state) for entry in history] == [
        ("start_review", "in_review"),
        ("approve", "approved"),
    ]
    assert "partners.partner_approved.v1" in events()
    assert AuditEntry.objects.filter(action="partners.partner.approve").count() == 1


def test_rejection_needs_a_reason_and_may_be_answered(in_alpha):
    bo = make_person()
    partner = make_applicant(bo)
    with pytest.raises(Unprocessable):
        applications.reject(partner_id=partner.id, reason=" ", acting=OPERATOR, at=NOW)

    applications.reject(partner_id=partner.id, reason="no photos", acting=OPERATOR, at=NOW)
    again = applications.reapply(partner_id=partner.id, acting=actor_for(bo), at=NOW)

    assert again.state == "applied"


def test_a_suspended_partner_is_not_shown_and_can_come_back(in_alpha):
    vendor = make_vendor()

    applications.suspend(partner_id=vendor.id, reason="late", acting=OPERATOR, at=NOW)
    assert not vendors_visible_to(None).exists()
    assert vendors_page().items == []
    applications.resume(partner_id=vendor.id, acting=OPERATOR, at=NOW)

    assert vendors_visible_to(None).count() == 1


def test_a_closed_partner_stays_closed(in_alpha):
    vendor = make_vendor()
    applications.close(partner_id=vendor.id, acting=OPERATOR, at=NOW)

    with pytest.raises(MoveNotAllowed):
        applications.resume(partner_id=vendor.id, acting=OPERATOR, at=NOW)


@pytest.mark.parametrize("decide", ["approve", "start_review", "resume", "close"])
def test_only_the_operator_decides(in_alpha, decide):
    bo = make_person()
    partner = make_applicant(bo)

    with pytest.raises(NotAllowed):
        getattr(applications, decide)(partner_id=partner.id, acting=actor_for(bo), at=NOW)

    assert partner_with(partner.id).state == "applied"


def test_guests_do_not_apply(in_alpha):
    with pytest.raises(NotAllowed):
        applications.apply(
            application=Application(kind="vendor", name="Nobody", currency="EUR"),
            acting=Actor("guest", "", "Guest"),
            at=NOW,
        )


@pytest.mark.parametrize(
    ("kind", "name"), [("baker", "Bread"), ("vendor", "x"), ("vendor", "x" * 121)]
)
def test_applications_are_checked(in_alpha, kind, name):
    with pytest.raises(Unprocessable):
        applications.register(
            application=Application(kind=kind, name=name, currency="EUR"),
            owner_id=None,
            acting=OPERATOR,
            at=NOW,
        )


def test_equal_names_get_different_addresses(in_alpha):
    slugs = {make_vendor("Café Łódź").slug, make_vendor("Cafe Łódź").slug, make_vendor("東京").slug}

    assert len(slugs) == 3


def test_another_tenant_sees_nothing_of_it(alpha, beta):
    with tenant_context(alpha):
        vendor = make_vendor()
    with tenant_context(beta):
        assert not Partner.objects.exists()
        with pytest.raises(PartnerNotFound):
            partner_at(vendor.slug)


def test_lists_cost_one_query(in_alpha, django_assert_num_queries):
    for number in range(3):
        make_vendor(f"Vendor {number}")

    with django_assert_num_queries(1):
        assert len(partners_page(state="approved", kind="vendor").items) == 3
    with django_assert_num_queries(1):
        assert [row.name for row in vendors_page(limit=2).items] == ["Vendor 0", "Vendor 1"]
    with django_assert_num_queries(1):
        assert count_by_state() == {"approved": 3}
    first = vendors_page().items[0]
    with django_assert_num_queries(3):
        partner_file(first.id)
