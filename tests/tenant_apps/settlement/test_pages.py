"""The operator's and the partner's pages, without scripts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from tenant_apps.settlement.domain import bank_files
from tenant_apps.settlement.domain.commissions import all_rules
from tenant_apps.settlement.domain.rule_editing import add_rule
from tenant_apps.settlement.domain.terms import release_terms
from tenant_apps.settlement.models import Payout, PayoutDestination
from tests.factories import shop
from tests.tenant_apps.settlement.people import assert_books_hold, bank_of, cut, earn
from tests.tenant_apps.settlement.test_bank_files import OPERATOR
from tests.tenant_apps.settlement.test_rules import rule
from tests.world import ALPHA

pytestmark = pytest.mark.django_db


def browser(user):
    client = Client(HTTP_HOST=ALPHA.host)
    client.force_login(user)
    return client


@pytest.fixture
def operator(in_alpha):
    return browser(shop.make_user("ada@alpha.example", roles=("operator",)))


@pytest.fixture
def own(potter):
    return browser(potter.user)


RULE = {"name": "Half", "kind": "vendor", "rate": "5", "place": "1", "is_active": "on", "days": 30}


def test_rule_is_tried_then_saved(operator, potter):
    said = RULE | {"vendor": str(potter.id), "fee_tax": "20"}

    tried = operator.post("/manage/commission/new/", said | {"do": "try"})
    assert tried.status_code == 200
    assert b"The last 30 days" in tried.content
    assert len(all_rules()) == 1
    saved = operator.post("/manage/commission/new/", said | {"do": "save"})

    assert saved.status_code == 302
    made = all_rules()[0]
    assert (made.bps, made.fee_tax_bps, made.target) == (500, 2000, str(potter.id))


@pytest.mark.parametrize("do", ["try", "save"])
def test_rule_about_nothing_is_refused(operator, potter, do):
    answer = operator.post("/manage/commission/new/", RULE | {"vendor": "", "do": do})
    assert answer.status_code == 422
    assert len(all_rules()) == 1


def test_rule_is_changed_moved_switched_and_removed(operator, potter):
    first = add_rule(rule=rule("first", target=potter.id), acting=SYSTEM, at=now())
    second = add_rule(rule=rule("second", target=potter.id), acting=SYSTEM, at=now())
    page = f"/manage/commission/{first}/"

    assert b"first" in operator.get(page).content
    operator.post(page, RULE | {"vendor": str(potter.id), "place": "2", "do": "save"})
    assert [each.name for each in all_rules()] == ["second", "Half", "Standard"]
    operator.post(f"/manage/commission/{second}/move/", {"by": "down"})
    assert [each.name for each in all_rules()] == ["Half", "second", "Standard"]
    operator.post(f"/manage/commission/{second}/switch/", {"to": "off"})
    assert b"Switched off" in operator.get("/manage/commission/").content
    operator.post(f"/manage/commission/{second}/removal/")
    assert [each.name for each in all_rules()] == ["Half", "Standard"]


def test_default_rule_has_its_own_form(operator):
    default = all_rules()[-1]
    page = f"/manage/commission/{default.id}/"
    assert b'name="kind"' not in operator.get(page).content

    operator.post(page, {"name": "Standard", "rate": "12.5", "days": 30, "do": "save"})

    assert all_rules()[-1].bps == 1250
    removal = operator.post(f"/manage/commission/{default.id}/removal/", follow=True)
    assert b"change it instead" in removal.content


def test_release_terms(operator):
    said = {"at_payment": "on", "hold_days": "7", "dispute_loss": "vendor"}
    operator.post("/manage/commission/release/", said)
    found = release_terms()
    assert (found.is_released_at_payment, found.hold_days, found.dispute_loss) == (
        True,
        7,
        "vendor",
    )


def test_explained_for_a_product(operator, potter):
    from shared_apps.kernel.ids import public_id

    item = shop.make_item(potter, "Blue bowl")
    add_rule(rule=rule("Potter's own", target=potter.id, bps=700), acting=SYSTEM, at=now())

    assert b"Blue bowl" in operator.get("/manage/commission/explain/?q=blue").content
    found = operator.get(
        f"/manage/commission/explain/?product={public_id('prod', item.product_id)}"
    ).content.decode()
    assert "Potter&#x27;s own" in found
    assert "First that fits" in found


def test_operator_pays_once_whatever_is_clicked(operator, potter):
    from shared_apps.kernel.ids import public_id

    bank_of(potter.id)
    earn(potter.id, at=now())
    page = operator.get("/manage/payouts/").content.decode()
    assert "€47.23" in page
    said = {"partner": public_id("part", potter.id), "currency": "EUR", "key": "one"}

    for _ in range(3):
        assert operator.post("/manage/payouts/pay/", said).status_code == 302

    payout = Payout.objects.get()
    detail = f"/manage/payouts/{payout.public_id}/"
    assert b"It arrived" in operator.get(detail).content
    operator.post(f"{detail}arrival/")
    operator.post(f"{detail}return/", {"note": "closed account"})
    assert Payout.objects.get().failure_code == "closed account"
    assert b"closed account" in operator.get("/manage/payouts/?state=failed").content
    assert_books_hold()


def test_bank_file_from_export_to_paid(operator, potter):
    bank_files.choose_payer(payer=OPERATOR, acting=SYSTEM, at=now())
    bank_of(potter.id)
    earn(potter.id, at=now())
    from tenant_apps.settlement.domain.payouts import pay_now

    pay_now(partner_id=potter.id, currency="EUR", key="k", acting=SYSTEM, at=now())
    operator.post("/manage/payouts/files/", {"currency": "EUR"})
    file = bank_files.bank_files()[0]
    base = f"/manage/payouts/files/{file.public_id}"

    xml, table = operator.get(f"{base}/sepa.xml"), operator.get(f"{base}/payouts.csv")
    assert b"pain.001.001.09" in xml.content
    assert b"47.23" in table.content
    operator.post(f"{base}/paid/")
    assert Payout.objects.get().state == "paid"
    told = operator.post("/manage/payouts/files/", {"currency": "EUR"}, follow=True)
    assert b"No payout waits for the bank" in told.content


def test_payout_terms_and_payer(operator):
    said = {"schedule": "monthly", "weekday": "4", "minimum": "25", "reserve": "5"}
    answer = operator.post("/manage/payouts/terms/", said | {"reserve_days": "30"})
    assert answer.status_code == 302
    wrong = operator.post("/manage/payouts/payer/", {"payer_name": "X", "iban": "DE00 1"})
    assert wrong.status_code == 422
    right = {"payer_name": "Alpha", "iban": OPERATOR.iban}
    assert operator.post("/manage/payouts/payer/", right).status_code == 302
    page = operator.get("/manage/payouts/terms/").content.decode()
    assert "DE … 3000" in page
    assert OPERATOR.iban not in page


def test_terms_of_one_partner(operator, potter):
    from shared_apps.kernel.ids import public_id
    from tenant_apps.settlement.domain.rhythms import Rhythms

    page = f"/manage/payouts/terms/{public_id('part', potter.id)}/"
    said = {"schedule": "daily", "weekday": "0", "minimum": "5", "reserve_days": "90"}
    assert b"Like everybody, until" in operator.get(page).content
    assert operator.post(page, said).status_code == 302
    assert Rhythms().of(potter.id).schedule == "daily"
    assert Rhythms().usual.schedule == "weekly"
    operator.post(page, {"do": "drop"})
    assert Rhythms().of(potter.id).schedule == "weekly"
    assert operator.post(page, said | {"minimum": "5.001"}).status_code == 422


def test_lists_take_the_same_queries_for_one_and_for_three(operator, own, potter, weaver):
    """What is remembered is remembered before; then every page costs what it costs."""

    def costs():
        found = []
        for client, path in (
            (operator, "/manage/payouts/"),
            (operator, "/manage/commission/"),
            (own, "/partner/earnings/"),
            (own, f"/partner/earnings/{now():%Y-%m}/"),
        ):
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            found.append(len(seen))
        return found

    bank_of(potter.id)
    earn(potter.id, at=now())
    add_rule(rule=rule("a", target=potter.id), acting=SYSTEM, at=now())
    one = costs()
    for vendor in (potter, weaver, shop.make_vendor("Smith")):
        earn(vendor.id, at=now())
        earn(vendor.id, at=now())
        add_rule(rule=rule("b", target=vendor.id), acting=SYSTEM, at=now())

    assert costs() == one == [16, 11, 20, 20]


def test_partner_sees_balance_weeks_and_statement(own, potter):
    earn(potter.id, at=now())
    page = own.get("/partner/earnings/").content.decode()
    assert "€47.23" in page
    assert "<svg" in page
    assert "style=" not in page
    month = now().strftime("%Y-%m")
    assert "€47.23" in own.get(f"/partner/earnings/{month}/").content.decode()
    assert own.get(f"/partner/earnings/{month}/statement.pdf").content.startswith(b"%PDF-")
    assert b"47.23" in own.get(f"/partner/earnings/{month}/statement.csv").content
    assert own.get("/partner/earnings/2026-99/").status_code == 422


def test_partner_says_where_to_be_paid(own, potter):
    page = "/partner/earnings/settings/"
    wrong = own.post(page, {"kind": "bank", "name": "P", "iban": "DE89370400440532013001"})
    assert wrong.status_code == 422
    assert b"check digits" in wrong.content
    right = own.post(page, {"kind": "bank", "name": "P", "iban": "DE89370400440532013000"})
    assert right.status_code == 302
    own.post(page, {"kind": "wallet"})

    live = PayoutDestination.objects.exclude(state="retired").get()
    assert (live.kind, live.state) == ("wallet", "ready")


def test_stripe_questions_and_back(own, potter, customer):
    from tenant_apps.partners.models import Partner

    onboarding = "/partner/earnings/settings/onboarding/"
    assert own.post(onboarding).status_code == 302
    Partner.objects.filter(id=potter.id).update(country="DE")
    link = own.post(onboarding)
    assert link.status_code == 303
    customer.press(link.headers["Location"], action="complete")
    back = own.get("/partner/earnings/settings/return/", follow=True)
    assert b"ready to be paid" in back.content


def test_someone_elses_money_is_not_shown(own, weaver, potter):
    earn(weaver.id, cut(99_900), at=now())
    assert b"999.00" not in own.get("/partner/earnings/").content
    assert own.get("/manage/payouts/").status_code == 403


def test_team_without_the_verb_sees_nothing(potter):
    from tenant_apps.partners.domain import teams

    shop.make_user("hand@vendors.example", roles=("vendor",))
    teams.add_member(
        partner_id=potter.id,
        email="hand@vendors.example",
        role="inventory",
        acting=potter.actor,
        at=now(),
    )
    from shared_apps.identity.models import User

    hand = browser(User.objects.get(email="hand@vendors.example"))
    assert hand.get("/partner/earnings/").status_code == 403
    assert hand.get("/partner/earnings/settings/").status_code == 403
