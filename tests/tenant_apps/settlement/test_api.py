"""Rules, payouts, earnings and statements by API."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import public_id
from tenant_apps.settlement.domain.commissions import all_rules
from tenant_apps.settlement.models import Payout
from tests.factories import shop
from tests.tenant_apps.settlement.people import bank_of, cut, earn
from tests.world import ALPHA

pytestmark = pytest.mark.django_db


def api(user):
    client = APIClient(HTTP_HOST=ALPHA.host)
    client.force_authenticate(user)
    return client


@pytest.fixture
def operator(in_alpha):
    return api(shop.make_user("ada@alpha.example", roles=("operator",)))


def test_rules(operator, potter):
    vendor = public_id("part", potter.id)
    said = {"name": "Half", "kind": "vendor", "target": vendor, "bps": 500, "fee_tax_bps": 1900}

    made = operator.post("/api/v1/commission-rules", said, format="json")
    assert made.status_code == 201
    assert (made.json()["place"], made.json()["target"]) == (1, vendor)
    one = f"/api/v1/commission-rules/{made.json()['id']}"
    said |= {"bps": 450, "fixed": "0.30", "fixed_currency": "EUR"}
    changed = operator.put(one, said, format="json")
    assert changed.json()["fixed"] == {"amount": "0.30", "currency": "EUR"}
    listed = operator.get("/api/v1/commission-rules").json()
    assert [each["bps"] for each in listed["data"]] == [450, 1000]
    assert operator.delete(one).status_code == 204
    assert operator.put(one, {}, format="json").status_code == 404
    assert len(all_rules()) == 1


def test_rule_about_nobody_is_refused(operator):
    said = {"name": "x", "kind": "vendor", "target": public_id("part", uuid4()), "bps": 1}
    answer = operator.post("/api/v1/commission-rules", said, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_commission_rule")


def test_simulated_and_explained(operator, potter):
    item = shop.make_item(potter)
    said = {"name": "x", "kind": "default", "bps": 1}
    said |= {"rule_id": public_id("crule", all_rules()[0].id)}
    answer = operator.post("/api/v1/commission-rules/simulation", said, format="json")
    assert (answer.status_code, answer.json()) == (200, {"days": 30, "vendors": []})
    asked = f"/api/v1/commission-rules/explanation?product={public_id('prod', item.product_id)}"
    (won,) = operator.get(asked).json()["data"]
    assert (won["won"], won["rule"]["name"]) == (True, "Standard")
    assert operator.get("/api/v1/commission-rules/explanation?product=x").status_code == 404


def test_payout_by_key_is_one(operator, potter):
    bank_of(potter.id)
    earn(potter.id, at=now())
    said = {"partner": public_id("part", potter.id), "currency": "EUR"}

    def pay(**headers):
        return operator.post("/api/v1/payouts", said, format="json", headers=headers)

    assert pay().status_code == 400
    first = pay(**{"Idempotency-Key": '"k1"'})
    second = pay(**{"Idempotency-Key": '"k1"'})

    assert (first.status_code, second.json()["id"]) == (201, first.json()["id"])
    assert first.json()["amount"] == {"amount": "47.23", "currency": "EUR"}
    assert pay(**{"Idempotency-Key": '"k2"'}).status_code == 409
    assert Payout.objects.count() == 1


def test_partners_see_their_own_only(potter, weaver):
    bank_of(potter.id)
    earn(potter.id, cut(1234), at=now())
    earn(weaver.id, cut(4321), at=now())
    own, month = api(potter.user), now().strftime("%Y-%m")

    earned = own.get("/api/v1/earnings").json()["data"]
    assert [each["amount"]["amount"] for each in earned] == ["12.34"]
    (funds,) = own.get("/api/v1/earnings/balances").json()["data"]
    assert (funds["available"]["amount"], funds["debt"]["amount"]) == ("12.34", "0.00")
    statement = own.get(f"/api/v1/statements?month={month}").json()
    assert (statement["opening"]["amount"], statement["closing"]["amount"]) == ("0.00", "12.34")
    theirs = public_id("part", weaver.id)
    for path in ("earnings", "earnings/balances", "payouts", f"statements?month={month}"):
        mark = "&" if "?" in path else "?"
        assert own.get(f"/api/v1/{path}{mark}partner={theirs}").status_code == 404
    assert own.get("/api/v1/commission-rules").status_code == 403
    said = {"partner": theirs, "currency": "EUR"}
    tried = own.post("/api/v1/payouts", said, format="json", headers={"Idempotency-Key": '"k"'})
    assert tried.status_code == 403


def test_operator_names_whose(operator, potter):
    earn(potter.id, at=now())
    assert operator.get("/api/v1/earnings/balances").status_code == 404
    named = f"/api/v1/earnings/balances?partner={public_id('part', potter.id)}"
    assert len(operator.get(named).json()["data"]) == 1
    assert len(operator.get("/api/v1/earnings").json()["data"]) == 1


def test_strangers_see_no_payout(potter, weaver, operator):
    from shared_apps.kernel.actor import SYSTEM
    from tenant_apps.settlement.domain.payouts import pay_now

    bank_of(potter.id)
    earn(potter.id, at=now())
    payout_id = pay_now(partner_id=potter.id, currency="EUR", key="k", acting=SYSTEM, at=now())
    path = f"/api/v1/payouts/{public_id('pout', payout_id)}"

    assert [api(user).get(path).status_code for user in (potter.user, weaver.user)] == [200, 404]
    assert operator.get(path).json()["state"] == "due"
    assert len(api(potter.user).get("/api/v1/payouts").json()["data"]) == 1
    assert api(weaver.user).get("/api/v1/payouts").json()["data"] == []
