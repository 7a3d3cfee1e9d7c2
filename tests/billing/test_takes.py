"""The platform's take: once, whoever brings it."""

from __future__ import annotations

import pytest
from django.db import transaction

from billing.domain.takes import pull_takes
from billing.events import TakeAccrued
from billing.models import TakeRecord
from billing.queries import take_totals
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context, tenant_context
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.domain.publishing import publish

pytestmark = pytest.mark.django_db(transaction=True)


def accrue(tenant, take, subject="ordering.vendor_order:1", key="release"):
    event = TakeAccrued(
        subject=subject,
        key=key,
        module="marketplace",
        gross_minor=10_000,
        take_minor=take,
        currency="EUR",
        take_bps=800,
        tier_code="growth",
        tier_version=1,
        accrued_at=now().isoformat(),
    )
    with tenant_context(tenant), transaction.atomic():
        publish(event)


def records():
    with platform_context():
        return sorted(TakeRecord.objects.values_list("tenant_id", "take_minor"))


def test_take_is_pulled_once_from_every_tenant(alpha, beta):
    accrue(alpha, 800)
    accrue(alpha, -300, "ordering.vendor_order:1:refund")
    accrue(beta, 500)

    first, second = pull_takes(at=now()), pull_takes(at=now())

    assert (first.new, second.new, first.unread) == (3, 0, ())
    assert records() == sorted([(alpha.id, 800), (alpha.id, -300), (beta.id, 500)])
    totals = {total.tenant_id: str(total.take) for total in take_totals()}
    assert totals == {alpha.id: "5.00 EUR", beta.id: "5.00 EUR"}


def test_what_is_given_back_lowers_the_take_and_is_no_sale(alpha):
    """A refund long after the sale: a negative take of the same subject, once per key."""
    subject = "ordering.vendor_order:1"
    accrue(alpha, 800, subject)
    accrue(alpha, -300, subject, key="undo:1")
    accrue(alpha, -300, subject, key="undo:1")
    accrue(alpha, -100, subject, key="undo:2")

    pull_takes(at=now())

    (total,) = take_totals(alpha.id)
    assert (str(total.take), total.sales) == ("4.00 EUR", 1)
    assert records() == sorted([(alpha.id, 800), (alpha.id, -300), (alpha.id, -100)])


def test_relay_and_pull_write_it_once(alpha):
    accrue(alpha, 800)

    with tenant_context(alpha):
        deliver_pending(at=now())
    pulled = pull_takes(at=now())

    assert pulled.new == 0
    assert records() == [(alpha.id, 800)]
