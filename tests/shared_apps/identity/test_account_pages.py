from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import override_settings

from shared_apps.identity.domain.links import ResetTokens
from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM, bound
from shared_apps.mailer.domain.messages import deliver_due
from tests.shared_apps.identity.conftest import PASSWORD, person_in

NEW_PASSWORD = "another quiet harbour"


def delivered(scope):
    """The mails that waited in a scope."""
    mail.outbox.clear()
    with bound(scope):
        deliver_due(at=now() + timedelta(seconds=5))
    return list(mail.outbox)


def link_in(message):
    return re.search(r"https?://[^\s]+/account/[^\s]+", message.body).group()


def path_of(link):
    return "/" + link.split("/", 3)[3]


def signed_in(visitor):
    return visitor.get("/account/").status_code == 200


def sign_up(visitor, email="dee@alpha.example", **fields):
    form = {"name": "Dee", "email": email, "password1": PASSWORD, **fields}
    return visitor.post("/account/signup/", form)


PAGES = ["login", "signup", "confirm-email", "password/reset", "password/reset/done"]


@pytest.mark.parametrize("page", PAGES)
def test_visitors_see_the_pages(alpha, browser, page):
    response = browser(alpha).get(f"/account/{page}/")

    assert response.status_code == 200
    assert b"<main" in response.content
    assert b"style=" not in response.content


OWN_PAGES = ["", "role/", "email/", "password/change/", "2fa/", "logout/"]


@pytest.mark.parametrize("page", OWN_PAGES)
def test_people_see_their_own_pages(alpha, browser, ada, page):
    visitor = browser(alpha)
    visitor.sign_in(ada.email)

    assert visitor.get(f"/account/{page}").status_code == 200


@pytest.mark.parametrize("page", ["", "role/", "email/", "password/change/", "2fa/"])
def test_visitors_are_sent_to_sign_in(alpha, browser, page):
    response = browser(alpha).get(f"/account/{page}")

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")


def test_sign_up_confirm_sign_in_sign_out(alpha, browser):
    visitor = browser(alpha)

    assert sign_up(visitor)["Location"] == "/account/confirm-email/"
    (message,) = delivered(alpha)
    assert message.subject == "Welcome to Alpha: confirm your e-mail address"
    assert message.from_email == "Alpha <hello@galleria.localhost>"
    link = link_in(message)
    assert link.startswith("http://alpha.galleria.localhost:8000/account/confirm-email/")

    assert visitor.sign_in("dee@alpha.example")["Location"] == "/account/confirm-email/"
    assert not signed_in(visitor)

    assert visitor.get(path_of(link)).status_code == 200
    assert visitor.post(path_of(link)).status_code == 302
    assert visitor.sign_in("Dee@Alpha.example")["Location"] == "/"
    assert signed_in(visitor)
    with bound(alpha):
        dee = User.objects.get(email="dee@alpha.example")
        assert (dee.name, dee.roles) == ("Dee", {"customer"})

    assert visitor.post("/sign-out/").status_code == 302
    assert not signed_in(visitor)


def test_links_ignore_the_host_of_the_request(alpha, browser):
    visitor = browser(alpha)
    visitor.client.post(
        "/account/signup/",
        {"name": "Dee", "email": "dee@alpha.example", "password1": PASSWORD},
        HTTP_HOST="ALPHA.galleria.localhost.:9999",
        HTTP_X_FORWARDED_HOST="evil.example",
    )

    (message,) = delivered(alpha)
    assert link_in(message).startswith("http://alpha.galleria.localhost:8000/")
    assert "evil" not in str(message.message())


def test_sign_up_with_a_known_address_looks_the_same(alpha, browser, ada):
    fresh, known = browser(alpha), browser(alpha)

    assert sign_up(fresh)["Location"] == sign_up(known, email=ada.email)["Location"]

    messages = {message.to[0]: message.subject for message in delivered(alpha)}
    assert messages[ada.email] == "You have an account already"
    with bound(alpha):
        assert User.objects.count() == 2


def test_a_confirmation_link_holds_for_its_tenant_only(alpha, beta, browser):
    sign_up(browser(alpha))
    path = path_of(link_in(delivered(alpha)[0]))

    response = browser(beta).post(path)

    assert response.status_code in {404, 200}
    with bound(alpha):
        assert not EmailAddress.objects.get(email="dee@alpha.example").verified


@pytest.mark.parametrize("password", ["short", "password123", "alpha-example"])
def test_weak_passwords_are_refused(alpha, browser, password):
    email = "alpha-example@mail.example"

    response = sign_up(browser(alpha), email=email, password1=password)

    assert response.status_code == 200
    with bound(alpha):
        assert not User.objects.filter(email=email).exists()


def test_reset_looks_the_same_for_known_and_unknown_addresses(alpha, browser, ada):
    answers = [
        browser(alpha).post("/account/password/reset/", {"email": email})
        for email in (ada.email, "nobody@alpha.example")
    ]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/account/password/reset/done/")
    ] * 2
    assert [message.to for message in delivered(alpha)] == [[ada.email]]


def _reset_path(browser, scope, email):
    browser(scope).post("/account/password/reset/", {"email": email})
    return path_of(link_in(delivered(scope)[0]))


def _use(visitor, path):
    shown = visitor.get(path, follow=True)
    target = shown.redirect_chain[-1][0] if shown.redirect_chain else path
    return visitor.post(target, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def test_reset_sets_the_password_once_and_ends_other_sessions(alpha, browser, ada):
    elsewhere = browser(alpha)
    elsewhere.sign_in(ada.email)
    path = _reset_path(browser, alpha, ada.email)

    assert _use(browser(alpha), path).status_code == 302
    with bound(alpha):
        assert User.objects.get(id=ada.id).check_password(NEW_PASSWORD)
    assert elsewhere.get("/account/").status_code == 302

    assert _use(browser(alpha), path).status_code == 200
    assert browser(alpha).sign_in(ada.email, NEW_PASSWORD).status_code == 302


def test_a_reset_link_of_one_tenant_does_nothing_in_another(alpha, beta, browser, ada, bo):
    path = _reset_path(browser, alpha, ada.email)

    _use(browser(beta), path)

    with bound(beta):
        assert User.objects.get(id=bo.id).check_password(PASSWORD)
        assert not ResetTokens().check_token(bo, path.rsplit("-", 1)[-1].strip("/"))


def test_a_session_of_one_tenant_is_nobody_in_another(alpha, beta, browser, ada, bo):
    visitor = browser(alpha)
    visitor.sign_in(ada.email)
    thief = browser(beta)
    thief.client.cookies = visitor.client.cookies

    assert visitor.get("/account/").status_code == 200
    assert thief.get("/account/").status_code == 302
    assert thief.get("/api/v1/me").status_code == 401


def test_cookies_belong_to_the_host_alone(alpha, browser, ada):
    visitor = browser(alpha)
    visitor.get("/account/login/")
    response = visitor.sign_in(ada.email)

    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = response.cookies.get(name) or visitor.client.cookies[name]
        assert (cookie["domain"], cookie["path"], cookie["samesite"]) == ("", "/", "Lax")
    assert response.cookies[settings.SESSION_COOKIE_NAME]["httponly"]


def test_a_planted_session_is_replaced_at_sign_in(alpha, browser, ada):
    visitor = browser(alpha)
    visitor.get("/account/login/")
    with bound(alpha):
        session = visitor.client.session
        session["planted"] = True
        session.save()
    planted = session.session_key

    visitor.sign_in(ada.email)

    assert visitor.client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    with bound(alpha):
        assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(
    "origin",
    ["http://beta.galleria.localhost:8000", "https://evil.example", "null"],
)
def test_forms_of_other_origins_are_refused(alpha, browser, ada, origin):
    visitor = browser(alpha, enforce_csrf_checks=True)
    visitor.get("/account/login/")
    token = visitor.client.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"login": ada.email, "password": PASSWORD, "csrfmiddlewaretoken": token}

    assert visitor.post("/account/login/", form, HTTP_ORIGIN=origin).status_code == 403
    own = f"http://{alpha.host}"
    assert visitor.post("/account/login/", form, HTTP_ORIGIN=own).status_code == 302


def test_a_csrf_token_of_one_tenant_is_nothing_in_another(alpha, beta, browser, bo):
    mine, theirs = browser(alpha), browser(beta, enforce_csrf_checks=True)
    mine.get("/account/login/")
    token = mine.client.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"login": bo.email, "password": PASSWORD, "csrfmiddlewaretoken": token}

    theirs.get("/account/login/")
    assert theirs.post("/account/login/", form).status_code == 403


def test_failed_sign_ins_are_slowed_down_per_tenant(alpha, beta, browser, ada, bo):
    for _attempt in range(5):
        browser(alpha).sign_in(ada.email, "wrong")

    right = browser(alpha)
    assert right.sign_in(ada.email).status_code in {200, 429}
    assert not signed_in(right)
    assert browser(beta).sign_in(bo.email).status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_sign_in_leads_to_no_other_host(alpha, browser, ada, target):
    visitor = browser(alpha)
    form = {"login": ada.email, "password": PASSWORD, "next": target}

    assert visitor.post("/account/login/", form)["Location"] == "/manage/"


def test_sign_in_leads_back(alpha, browser, cy):
    form = {"login": cy.email, "password": PASSWORD, "next": "/cart/"}

    assert browser(alpha).post("/account/login/", form)["Location"] == "/cart/"
    assert browser(alpha).get("/sign-in/?next=/cart/")["Location"] == "/account/login/?next=/cart/"


def test_roles_are_switched_among_those_held(alpha, browser, ada):
    visitor = browser(alpha)
    visitor.sign_in(ada.email)

    assert visitor.get("/api/v1/me").json()["active_role"] == "operator"
    assert visitor.post("/account/role/", {"role": "customer"})["Location"] == "/account/"
    assert visitor.get("/api/v1/me").json()["active_role"] == "customer"
    assert (
        visitor.post(
            "/account/role/", {"role": "driver"}, HTTP_ACCEPT="application/json"
        ).status_code
        == 403
    )
    with bound(alpha):
        ada.grants.filter(role="customer").delete()
    assert visitor.get("/api/v1/me").json()["active_role"] == "operator"


SITE, CONSOLE = "galleria.localhost", "console.galleria.localhost"


@pytest.fixture
def owner(alpha):
    return person_in(PLATFORM, "owner@mail.example", kind="owner")


@pytest.fixture
def admin(alpha):
    return person_in(PLATFORM, "admin@mail.example", kind="staff")


def test_owners_sign_in_on_the_site_and_staff_on_the_console(browser, owner, admin):
    assert browser(SITE).sign_in(owner.email).status_code == 302
    assert browser(CONSOLE).sign_in(admin.email).status_code == 302
    assert browser(SITE).sign_in(admin.email).status_code == 200
    assert browser(CONSOLE).sign_in(owner.email).status_code == 200


@pytest.mark.parametrize("host", [SITE, CONSOLE])
def test_the_platform_opens_no_accounts_here(alpha, browser, host):
    response = browser(host).get("/account/signup/")

    assert b"Sign-up is closed" in response.content
    assert b"password1" not in response.content


def test_the_platform_writes_from_its_own_host(browser, admin):
    browser(CONSOLE).post("/account/password/reset/", {"email": admin.email})

    (message,) = delivered(PLATFORM)
    assert link_in(message).startswith("http://console.galleria.localhost:8000/account/")
    assert message.from_email == "Galleria <hello@galleria.localhost>"


@override_settings(GALLERIA_EXTERNAL_SCHEME="https", GALLERIA_EXTERNAL_PORT=443)
def test_links_use_the_external_scheme_without_its_own_port(alpha, browser):
    sign_up(browser(alpha))

    assert link_in(delivered(alpha)[0]).startswith("https://alpha.galleria.localhost/account/")
