"""The payment pages in Chromium, at a desk and on a phone: axe finds nothing."""

from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from tenant_apps.payments.domain import accounts, charges
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.domain.methods import TermsWanted, set_terms
from tenant_apps.payments.domain.reconciliation import reconcile_accounts
from tenant_apps.payments.models import Discrepancy, Dispute, Payment, SavedMethod
from tests.factories import shop
from tests.tenant_apps.ordering.test_in_browser import (  # noqa: F401 - fixtures
    SCREENS,
    WIDTHS,
    chromium,
    cookies_of,
    faults_of,
    site,
)
from tests.tenant_apps.ordering.test_pages import Browser
from tests.tenant_apps.payments.till import (
    OPERATOR,
    charge_of,
    make_till,
    message,
    open_page,
    pay_at_gateway,
    prepare,
    refund,
    tell_us,
    work_off,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]


@pytest.fixture
def till_full(till, customer):
    """Payments of every kind, a refund, a dispute, messages and a difference."""
    set_terms(
        method="bank_transfer",
        wanted=TermsWanted(is_on=True, instructions="Pay to NL01 BANK 0123, name the order."),
        acting=OPERATOR,
        at=now(),
    )
    accounts.open_sandbox_account(at=now())
    buyer = shop.make_user("cy@customers.example", name="Cy")
    paid = pay_at_gateway(till, customer, user_id=buyer.id)
    refund(till.bowl, "5.00")
    work_off()
    transfer = make_till("Two")
    charge = charge_of(transfer, "20.00", "30.00", method="bank_transfer")
    charges.open_payment(payment_id=prepare(charge), acting=SYSTEM, at=now())
    open_page(make_till("Three"))
    told = customer.lever("stripe/dispute", payment=paid.provider_id)
    follow_dispute(account_id=paid.account_id, provider_id=told["id"], at=now())
    tell_us(paid.account, message("payment_intent.succeeded", "payment_intent", "pi_alien"))
    work_off()
    reconcile_accounts(days=7, at=now())
    Discrepancy.objects.create(
        account_id=paid.account_id,
        key="theirs:txn_1",
        kind="unknown",
        date=now().date(),
        currency="EUR",
        booked_minor=0,
        reported_minor=-700,
        source_id="re_1QxY",
        found_at=now(),
    )
    for number, last4 in enumerate(("4242", "4444")):
        SavedMethod.objects.create(
            user_id=buyer.id,
            account_id=paid.account_id,
            token=f"pm_{last4}",
            brand="visa",
            last4=last4,
            expires="2031-04",
            is_default=not number,
            created_at=now(),
        )
    return buyer


def test_payment_pages_are_clean(till_full, site, chromium, in_alpha):  # noqa: F811
    operator = shop.make_user("ada@alpha.example", roles=("operator",))
    place = "/manage/payments/"
    payments = Payment.objects.order_by("created_at")
    paths = [
        place,
        f"{place}accounts/stripe/",
        f"{place}accounts/paypal/",
        f"{place}methods/virtual_account/",
        f"{place}received/",
        *[f"{place}received/{row.public_id}/" for row in payments[:2]],
        f"{place}refunds/",
        f"{place}disputes/",
        f"{place}disputes/{Dispute.objects.get().public_id}/",
        f"{place}messages/",
        f"{place}reconciliation/",
    ]
    tours = [
        (Browser(in_alpha, operator), paths),
        (Browser(in_alpha, till_full), ["/account/cards/"]),
    ]
    prepared = [(cookies_of(visitor, site), paths) for visitor, paths in tours]

    def look(browser):
        found = {}
        for cookies, paths in prepared:
            context = browser.new_context(reduced_motion="reduce")
            context.add_cookies(cookies)
            page = context.new_page()
            for path in paths:
                for width in WIDTHS:
                    found[f"{path} {width}"] = faults_of(page, f"{site}{path}", width)
                    if SCREENS:
                        name = path.strip("/").replace("/", "-") or "home"
                        page.screenshot(path=f"{SCREENS}/{name}-{width}.png", full_page=True)
            context.close()
        return found

    found = chromium(look)

    assert {path: faults for path, faults in found.items() if faults} == {}
