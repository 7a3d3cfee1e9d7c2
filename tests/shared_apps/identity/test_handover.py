from __future__ import annotations

import threading
import time

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.identity.domain.handover import HandoverRefused, issue_handover, redeem_handover
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM, bound
from shared_apps.kernel.crypto import BadSignature
from tests.shared_apps.identity.conftest import person_in

SITE = "galleria.localhost"


def handover(to, user, path="/account/", **fields):
    """The path of a fresh hand-over, as the root host issues it."""
    with bound(PLATFORM):
        url = issue_handover(to=to, user_id=user.id, path=path, at=now(), **fields)
    return "/" + url.split("/", 3)[3]


def token_of(path):
    return path.split("/")[2]


def test_the_owner_arrives_signed_in_once(alpha, browser, ada):
    path = handover(alpha, ada)
    visitor = browser(alpha)

    response = visitor.get(path)

    assert (response.status_code, response["Location"]) == (302, "/account/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert visitor.get("/api/v1/me").json()["active_role"] == "operator"
    assert browser(alpha).get(path, HTTP_ACCEPT="application/json").status_code == 401


def test_the_address_is_the_tenants_own(alpha, ada):
    with bound(PLATFORM):
        url = issue_handover(to=alpha, user_id=ada.id, path="/manage/", at=now())

    assert url.startswith("http://alpha.galleria.localhost:8000/handover/")


def test_it_holds_for_one_tenant(alpha, beta, browser, ada, bo):
    path = handover(alpha, ada)

    assert browser(beta).get(path, HTTP_ACCEPT="application/json").status_code == 401
    assert browser(SITE).get(path, HTTP_ACCEPT="application/json").status_code == 401
    assert browser(alpha).get(path).status_code == 302


def test_it_ends_after_a_minute(alpha, ada, later):
    token = token_of(handover(alpha, ada))

    with bound(alpha), pytest.raises(HandoverRefused):
        redeem_handover(token=token, at=later(seconds=61))


def test_its_signature_ends_too(alpha, ada, monkeypatch):
    token = token_of(handover(alpha, ada))
    moment = time.time() + 61
    monkeypatch.setattr("django.core.signing.time.time", lambda: moment)

    with bound(alpha), pytest.raises(BadSignature):
        redeem_handover(token=token, at=now())


@pytest.mark.parametrize("change", ["x", "%00", "é", ""])
def test_a_changed_token_is_refused(alpha, browser, ada, change):
    path = handover(alpha, ada).rstrip("/")[:-1] + change + "/"

    assert browser(alpha).get(path, HTTP_ACCEPT="application/json").status_code in {401, 404}


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_host(alpha, browser, ada, target):
    assert browser(alpha).get(handover(alpha, ada, target))["Location"] == "/"


def test_it_replaces_whoever_was_signed_in(alpha, browser, ada, cy):
    visitor = browser(alpha)
    visitor.sign_in(cy.email)

    visitor.get(handover(alpha, ada))

    assert visitor.get("/api/v1/me").json()["email"] == ada.email


def test_unknown_and_closed_accounts_do_not_arrive(alpha, beta, browser, ada):
    assert browser(beta).get(handover(beta, ada), HTTP_ACCEPT="application/json").status_code == 401
    with bound(alpha):
        ada.is_active = False
        ada.save()
    assert (
        browser(alpha).get(handover(alpha, ada), HTTP_ACCEPT="application/json").status_code == 401
    )


def test_staff_behind_it_are_named_for_half_an_hour(alpha, browser, ada):
    staff = Actor("staff", "01930000-0000-7000-8000-0000000057af", "Sam")
    visitor = browser(alpha)

    visitor.get(handover(alpha, ada, on_behalf_of=staff, reason="Ticket 12"))

    with bound(alpha):
        entry = AuditEntry.objects.get(action="identity.handover.redeem")
        assert (entry.on_behalf_of, entry.changes) == (staff.id, {"reason": "Ticket 12"})
        session = visitor.client.session
        assert session["on_behalf_of"] == staff.id
        assert session.get_expiry_age() <= 1800


def test_the_operator_goes_back_to_the_root_host(alpha, browser, ada):
    owner = person_in(PLATFORM, "owner@mail.example", kind="owner", id=ada.id)
    visitor, site = browser(alpha), browser(SITE)
    visitor.sign_in(ada.email)

    url = visitor.get("/handover/platform/")["Location"]

    assert url.startswith("http://galleria.localhost:8000/handover/")
    assert site.get("/" + url.split("/", 3)[3])["Location"] == "/account/"
    assert owner.email.encode() in site.get("/account/").content


def test_customers_do_not_go_to_the_platform(alpha, browser, cy):
    person_in(PLATFORM, "admin@mail.example", kind="staff", id=cy.id)
    visitor = browser(alpha)
    visitor.sign_in(cy.email)

    assert visitor.get("/handover/platform/", HTTP_ACCEPT="application/json").status_code == 403
    path = handover(PLATFORM, cy)
    assert browser(SITE).get(path, HTTP_ACCEPT="application/json").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_two_redemptions_at_once_sign_in_one(alpha, ada):
    token = token_of(handover(alpha, ada))
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def redeem() -> None:
        from django.db import connection

        with bound(alpha):
            start.wait()
            try:
                redeem_handover(token=token, at=now())
                outcomes.append("in")
            except HandoverRefused:
                outcomes.append("refused")
            finally:
                connection.close()

    threads = [threading.Thread(target=redeem) for _thread in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["in", "refused"]
