"""A bank takes money back: what stays, what is lost, what the books say."""

from __future__ import annotations

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.payments import queries
from tenant_apps.payments.domain import disputes
from tenant_apps.payments.domain.disputes import (
    DisputeAnswered,
    MoreThanLost,
    NoEvidence,
    answer_dispute,
    draft_evidence,
    follow_dispute,
    recover_loss,
)
from tenant_apps.payments.domain.reconciling import reconcile
from tenant_apps.payments.domain.refunds import MoreThanPaid
from tenant_apps.payments.models import Dispute, PaymentSplit
from tests.tenant_apps.payments.till import (
    OPERATOR,
    assert_books_hold,
    balance,
    eur,
    open_page,
    pay_at_gateway,
    refund,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(till, customer):
    return pay_at_gateway(till, customer)


def object_to(customer, payment, **wish):
    told = customer.lever("stripe/dispute", payment=payment.provider_id, **wish)
    follow(payment, told["id"])
    return Dispute.objects.get(provider_id=told["id"])


def follow(payment, provider_id):
    follow_dispute(account_id=payment.account_id, provider_id=provider_id, at=now())


def decide(customer, payment, dispute, outcome):
    customer.lever("stripe/close_dispute", dispute=dispute.provider_id, outcome=outcome)
    follow(payment, dispute.provider_id)
    dispute.refresh_from_db()


def disputed():
    return dict(PaymentSplit.objects.values_list("subject", "disputed_minor"))


def test_opened_then_won(till, customer, payment):
    dispute = object_to(customer, payment)

    assert dispute.state == "needs_response"
    assert disputed() == {str(till.bowl): 2000, str(till.scarf): 3000}
    assert balance("disputes_receivable") == "50.00"
    assert_books_hold()

    decide(customer, payment, dispute, "won")
    follow(payment, dispute.provider_id)

    assert dispute.state == "won"
    assert set(disputed().values()) == {0}
    assert balance("disputes_receivable") == "0.00"
    assert balance("escrow") == "50.00"
    names = OutboxEvent.objects.filter(name__contains="dispute").values_list("name", flat=True)
    assert sorted(names) == ["payments.dispute_closed.v1", "payments.dispute_opened.v1"]
    assert_books_hold()


def test_lost_is_the_operators_until_somebody_bears_it(till, customer, payment):
    dispute = object_to(customer, payment)
    fee = str(queries.dispute(dispute.id).fee.decimal())
    decide(customer, payment, dispute, "lost")
    decide_again = lambda: follow(payment, dispute.provider_id)  # noqa: E731
    decide_again()

    assert balance("disputes_receivable") == "0.00"
    assert balance("chargeback_loss") == str((eur("50.00") + eur(fee)).decimal())
    assert_books_hold()

    bear = operation(
        lambda amount: recover_loss(
            dispute_id=dispute.id,
            split_subject=till.bowl,
            amount=eur(amount),
            acting=OPERATOR,
            at=now(),
        )
    )
    bear("18.00")
    bear("18.00")
    with pytest.raises(MoreThanLost):
        bear("20.01")

    assert balance("escrow", till.bowl) == "2.00"
    assert balance("chargeback_loss") == str((eur("32.00") + eur(fee)).decimal())
    assert_books_hold()


def test_what_is_disputed_is_not_refunded_as_well(till, customer, payment):
    object_to(customer, payment)

    with pytest.raises(MoreThanPaid):
        refund(till.bowl, "0.01")


def test_inquiry_takes_nothing(till, customer, payment):
    dispute = object_to(customer, payment, is_inquiry=True)

    assert (dispute.state, balance("disputes_receivable")) == ("warning", "0.00")
    assert_books_hold()


def test_news_of_the_dispute_before_news_of_the_payment(till, customer):
    opened = open_page(till)
    customer.pay(opened.redirect_url)
    from tenant_apps.payments.models import Payment

    payment = Payment.objects.get()

    dispute = object_to(customer, payment)

    payment.refresh_from_db()
    assert payment.state == "captured"
    assert sum(disputed().values()) == dispute.amount_minor == 5000
    assert_books_hold()


def test_refunded_part_is_not_disputed(till, customer, payment):
    refund(till.bowl, "20.00")
    from tests.tenant_apps.payments.till import work_off

    work_off()

    object_to(customer, payment)

    assert disputed() == {str(till.bowl): 0, str(till.scarf): 3000}
    assert_books_hold()


def test_evidence_is_drafted_then_sent_once(till, customer, payment):
    dispute = object_to(customer, payment)
    with pytest.raises(NoEvidence):
        answer_dispute(dispute_id=dispute.id, text=" ", acting=OPERATOR, at=now())
    draft_evidence(dispute_id=dispute.id, text="It was delivered", acting=OPERATOR, at=now())

    answer_dispute(
        dispute_id=dispute.id, text="It was delivered on Monday", acting=OPERATOR, at=now()
    )

    dispute.refresh_from_db()
    assert (dispute.state, dispute.evidence) == ("under_review", "It was delivered on Monday")
    with pytest.raises(DisputeAnswered):
        draft_evidence(dispute_id=dispute.id, text="And more", acting=OPERATOR, at=now())


def test_accepted_is_lost(till, customer, payment):
    dispute = object_to(customer, payment)

    disputes.accept_dispute(dispute_id=dispute.id, acting=OPERATOR, at=now())

    dispute.refresh_from_db()
    assert dispute.state == "lost"
    assert_books_hold()


def test_lost_message_is_found_by_the_job(till, customer, payment):
    from datetime import timedelta

    dispute = object_to(customer, payment)
    customer.lever("stripe/close_dispute", dispute=dispute.provider_id, outcome="won")

    done = reconcile(at=now() + timedelta(minutes=20))

    dispute.refresh_from_db()
    assert (done.disputes, done.failed, dispute.state) == (1, 0, "won")
