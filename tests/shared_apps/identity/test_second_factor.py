from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from shared_apps.identity.domain.people import NewPerson
from shared_apps.identity.permissions import (
    MfaRequired,
    RoleRequired,
    SignInRequired,
    owner_required,
    platform_staff_required,
    role_required,
)
from shared_apps.kernel.context import PLATFORM, bound
from tests.shared_apps.identity.conftest import PASSWORD, person_in
from tests.world import ALPHA

CONSOLE = "console.galleria.localhost"


def code_of(secret):
    """The code of this moment; the note that it was used once is forgotten."""
    for scope in (ALPHA, PLATFORM):
        with bound(scope):
            cache.clear()
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def set_up(visitor):
    """Turn the second factor on; returns its secret."""
    assert visitor.get("/account/2fa/totp/activate/")["Location"].startswith(
        "/account/reauthenticate/"
    )
    assert visitor.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
    page = visitor.get("/account/2fa/totp/activate/")
    secret = re.search(rb"<code>([A-Z2-7]{16,})</code>", page.content).group(1).decode()
    response = visitor.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert response.status_code == 302
    return secret


def test_sign_in_asks_for_the_second_factor(alpha, browser, ada):
    visitor = browser(alpha)
    visitor.sign_in(ada.email)
    secret = set_up(visitor)
    with bound(alpha):
        stored = Authenticator.objects.get(type="totp").data["secret"]
        assert secret not in stored
    assert visitor.get("/account/2fa/recovery-codes/").status_code == 200

    again = browser(alpha)
    assert again.sign_in(ada.email)["Location"] == "/account/2fa/authenticate/"
    assert again.get("/account/").status_code == 302
    assert again.get("/account/2fa/authenticate/").status_code == 200
    assert again.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert again.post("/account/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert again.get("/account/").status_code == 200


def test_the_api_asks_for_it_too(alpha, browser, ada):
    visitor = browser(alpha)
    visitor.sign_in(ada.email)
    secret = set_up(visitor)
    given = {"email": ada.email, "password": PASSWORD}

    refused = browser(alpha).api("/api/v1/auth/token", given)
    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_required")
    wrong = browser(alpha).api("/api/v1/auth/token", {**given, "code": "000000"})
    assert wrong.status_code == 401
    right = browser(alpha).api("/api/v1/auth/token", {**given, "code": code_of(secret)})
    assert right.status_code == 201


@pytest.mark.parametrize("path", ["", "totp/activate/", "recovery-codes/generate/"])
def test_its_pages_have_no_inline_style(alpha, browser, ada, path):
    visitor = browser(alpha)
    visitor.sign_in(ada.email)
    if path.startswith("recovery"):
        set_up(visitor)
    visitor.post("/account/reauthenticate/", {"password": PASSWORD})

    page = visitor.get(f"/account/2fa/{path}")

    assert page.status_code == 200
    assert b"style=" not in page.content
    assert b"<script>" not in page.content


def ask(view, user, path="/", accept="text/html"):
    request = RequestFactory().get(path, headers={"accept": accept})
    request.user = user
    return view(request)


def shown(_request):
    return HttpResponse("shown")


def test_the_console_wants_staff_with_a_second_factor(alpha, browser):
    admin = person_in(PLATFORM, "admin@mail.example", kind="staff")
    owner = person_in(PLATFORM, "owner@mail.example", kind="owner")
    view = platform_staff_required(shown)

    with bound(PLATFORM):
        assert ask(view, admin)["Location"] == "/account/2fa/totp/activate/"
        with pytest.raises(MfaRequired):
            ask(view, admin, accept="application/json")
        with pytest.raises(RoleRequired):
            ask(view, owner)
        assert ask(owner_required(shown), owner).content == b"shown"

    visitor = browser(CONSOLE)
    visitor.sign_in(admin.email)
    set_up(visitor)
    with bound(PLATFORM):
        assert ask(view, admin).content == b"shown"


def test_role_gates(alpha, ada, cy):
    from django.contrib.auth.models import AnonymousUser

    view = role_required("operator", "staff")(shown)

    with bound(alpha):
        assert ask(view, ada).content == b"shown"
        with pytest.raises(RoleRequired):
            ask(view, cy)
        assert ask(view, AnonymousUser(), "/manage/?a=1")["Location"] == (
            "/account/login/?next=/manage/%3Fa%3D1"
        )
        with pytest.raises(SignInRequired):
            ask(view, AnonymousUser(), "/api/v1/x")


def test_a_gate_for_an_unknown_role_is_a_defect():
    with pytest.raises(ValueError, match="emperor"):
        role_required("emperor")


def test_new_people_are_customers_unless_said():
    assert NewPerson(email="a@b.example", name="").roles == {"customer"}
