from __future__ import annotations

import base64
import json
import threading
from datetime import timedelta

import jwt
import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.identity.domain.people import revoke_role
from shared_apps.identity.domain.tokens import (
    BadToken,
    TokenReused,
    issue_tokens,
    refresh_tokens,
    revoke_all_tokens,
    verify_access,
)
from shared_apps.identity.models import RefreshToken, User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM, bound
from shared_apps.kernel.crypto import digest
from tests.shared_apps.identity.conftest import PASSWORD, person_in


def tokens(visitor, email, **fields):
    return visitor.api("/api/v1/auth/token", {"email": email, "password": PASSWORD, **fields})


def me(visitor, access):
    return visitor.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {access}")


def forged(scope, claims, *, key=None, algorithm="HS256"):
    with bound(scope):
        return jwt.encode(claims, key or digest("key", "identity.jwt"), algorithm=algorithm)


@pytest.fixture
def access(alpha, browser, ada):
    return tokens(browser(alpha), ada.email).json()["access"]


@pytest.fixture
def claims(access):
    return jwt.decode(access, options={"verify_signature": False})


def test_a_pair_for_e_mail_and_password(alpha, browser, ada):
    visitor = browser(alpha)
    response = tokens(visitor, ada.email.upper())

    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert body["expires_in"] == 900
    who = me(visitor, body["access"]).json()
    assert who == {
        "id": ada.public_id,
        "email": ada.email,
        "name": "Ada",
        "roles": ["customer", "operator"],
        "active_role": "operator",
    }
    checked = visitor.api("/api/v1/auth/verify", {"access": body["access"]})
    assert checked.json()["user"] == ada.public_id


def test_the_claims_name_the_tenant(alpha, claims, ada):
    assert (claims["iss"], claims["aud"], claims["tid"]) == ("galleria", alpha.host, str(alpha.id))
    assert (claims["sub"], claims["exp"] - claims["iat"]) == (str(ada.id), 900)


def test_me_costs_two_queries(alpha, browser, access, django_assert_num_queries):
    visitor = browser(alpha)
    me(visitor, access)

    with django_assert_num_queries(2):
        assert me(visitor, access).status_code == 200


@pytest.mark.parametrize("field", ["email", "password"])
def test_wrong_credentials_look_the_same(alpha, browser, ada, field):
    given = {"email": ada.email, "password": PASSWORD, field: "wrong@alpha.example"}

    response = browser(alpha).api("/api/v1/auth/token", given)

    assert response.status_code == 401
    assert response.json()["code"] == "wrong_credentials"
    assert response["Content-Type"] == "application/problem+json"


def test_many_wrong_passwords_are_too_many(alpha, browser, ada):
    visitor = browser(alpha)
    for _attempt in range(5):
        visitor.api("/api/v1/auth/token", {"email": ada.email, "password": "wrong"})

    assert tokens(visitor, ada.email).status_code == 429


def test_an_unverified_address_gets_no_tokens(alpha, browser):
    eve = person_in(alpha, "eve@alpha.example", "customer", verified=False)

    response = tokens(browser(alpha), eve.email)

    assert (response.status_code, response.json()["code"]) == (403, "email_not_verified")


def test_no_token_is_401_and_says_how(alpha, browser):
    response = browser(alpha).get("/api/v1/me")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_of_alpha_is_nothing_on_beta(alpha, beta, browser, access, bo):
    assert me(browser(beta), access).status_code == 401
    assert browser(beta).api("/api/v1/auth/verify", {"access": access}).status_code == 401


def test_unsigned_tokens_are_refused(alpha, browser, claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    for header in ({"alg": "none"}, {"alg": "None"}, {"alg": "HS256"}, {}):
        token = f"{part(header)}.{part(claims)}."
        assert me(browser(alpha), token).status_code == 401


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithms_are_refused(alpha, browser, claims, algorithm):
    token = forged(alpha, claims, algorithm=algorithm)

    assert me(browser(alpha), token).status_code == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_other_keys_are_refused(alpha, beta, browser, claims, settings):
    with bound(beta):
        key_of_beta = digest("key", "identity.jwt")

    for key in (key_of_beta, settings.SECRET_KEY, "x" * 40):
        assert me(browser(alpha), forged(alpha, claims, key=key)).status_code == 401


WRONG = [
    {"tid": "01930000-0000-7000-8000-00000000be7a"},
    {"aud": "beta.galleria.localhost"},
    {"iss": "somebody"},
    {"sub": "01930000-0000-7000-8000-000000000000"},
    {"sub": "1 OR 1=1"},
    {"sah": "0000000000000000"},
    {"exp": "9999999999"},
    {"exp": 1},
    {"iat": 99999999999},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_wrong_claims_are_refused(alpha, browser, claims, change):
    assert me(browser(alpha), forged(alpha, {**claims, **change})).status_code == 401


@pytest.mark.parametrize("claim", ["iss", "aud", "tid", "sub", "sah", "iat", "exp"])
def test_missing_claims_are_refused(alpha, browser, claims, claim):
    rest = {name: value for name, value in claims.items() if name != claim}

    assert me(browser(alpha), forged(alpha, rest)).status_code == 401


@pytest.mark.parametrize("token", ["..", "a.b.c", "é.é.é", "x" * 5000, "a.b"])
def test_garbage_is_refused(alpha, browser, token):
    assert me(browser(alpha), token).status_code == 401


def test_a_token_ends_after_a_quarter_of_an_hour(alpha, access, later):
    with bound(alpha):
        assert verify_access(token=access, at=later(minutes=14))
        with pytest.raises(BadToken):
            verify_access(token=access, at=later(minutes=15, seconds=1))


def test_a_role_taken_away_is_gone_at_once(alpha, browser, access, ada, cy):
    with bound(alpha):
        person_in(alpha, "gil@alpha.example", "operator")
        revoke_role(user_id=ada.id, role="operator", acting=SYSTEM, at=now())

    assert me(browser(alpha), access).json()["roles"] == ["customer"]


def test_a_closed_account_or_a_new_password_ends_access(alpha, browser, access, ada):
    with bound(alpha):
        User.objects.filter(id=ada.id).update(is_active=False)
    assert me(browser(alpha), access).status_code == 401

    with bound(alpha):
        User.objects.filter(id=ada.id).update(is_active=True)
        ada.set_password("yet another harbour")
        ada.save()
    assert me(browser(alpha), access).status_code == 401


def test_refresh_rotates_and_reuse_ends_the_family(alpha, ada):
    with bound(alpha):
        first = issue_tokens(user=ada, at=now())
        second = refresh_tokens(refresh=first.refresh, at=now())
        other = issue_tokens(user=ada, at=now())

        with pytest.raises(TokenReused):
            refresh_tokens(refresh=first.refresh, at=now())
        with pytest.raises(BadToken):
            refresh_tokens(refresh=second.refresh, at=now())

        assert AuditEntry.objects.filter(action="identity.token.reuse").count() == 1
        assert refresh_tokens(refresh=other.refresh, at=now()).access


def test_refresh_tokens_end_and_are_stored_as_digests(alpha, ada):
    with bound(alpha):
        pair = issue_tokens(user=ada, at=now())
        with pytest.raises(BadToken):
            refresh_tokens(refresh=pair.refresh, at=now() + timedelta(days=31))
        assert RefreshToken.objects.get().digest not in pair.refresh
        assert pair.refresh not in repr(RefreshToken.objects.values())


def test_a_refresh_token_of_alpha_is_nothing_on_beta(alpha, beta, browser, ada, bo):
    refresh = tokens(browser(alpha), ada.email).json()["refresh"]

    response = browser(beta).api("/api/v1/auth/refresh", {"refresh": refresh})

    assert response.status_code == 401
    assert browser(alpha).api("/api/v1/auth/refresh", {"refresh": refresh}).status_code == 200


def test_revoke_ends_the_family(alpha, browser, ada):
    visitor = browser(alpha)
    refresh = tokens(visitor, ada.email).json()["refresh"]

    assert visitor.api("/api/v1/auth/revoke", {"refresh": refresh}).status_code == 204
    assert visitor.api("/api/v1/auth/revoke", {"refresh": "rt_unknown"}).status_code == 204
    assert visitor.api("/api/v1/auth/refresh", {"refresh": refresh}).status_code == 401


def test_all_tokens_end_together(alpha, ada):
    with bound(alpha):
        pairs = [issue_tokens(user=ada, at=now()) for _device in range(2)]
        revoke_all_tokens(user_id=ada.id, acting=SYSTEM, at=now())

        for pair in pairs:
            with pytest.raises(BadToken):
                refresh_tokens(refresh=pair.refresh, at=now())


@pytest.mark.django_db(transaction=True)
def test_two_uses_at_once_give_one_pair_and_end_the_family(alpha, ada):
    with bound(alpha):
        pair = issue_tokens(user=ada, at=now())
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def use() -> None:
        from django.db import connection

        with bound(alpha):
            start.wait()
            try:
                refresh_tokens(refresh=pair.refresh, at=now())
                outcomes.append("pair")
            except TokenReused:
                outcomes.append("reused")
            finally:
                connection.close()

    threads = [threading.Thread(target=use) for _thread in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["pair", "reused"]
    with bound(alpha):
        assert not RefreshToken.objects.filter(revoked_at=None).exists()


def test_a_token_of_a_tenant_is_nothing_on_the_console(alpha, browser, access):
    answer = browser("console.galleria.localhost").get(
        "/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {access}"
    )

    assert answer.status_code == 401


def test_staff_get_tokens_of_the_console(alpha, browser):
    person_in(PLATFORM, "pat@galleria.example", kind="staff")
    console = browser("console.galleria.localhost")

    given = {"email": "pat@galleria.example", "password": PASSWORD}
    pair = console.api("/api/v1/auth/token", given)

    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair.json()['access']}"}
    assert console.get("/api/v1/me", **bearer).status_code == 200
    assert browser(alpha).get("/api/v1/me", **bearer).status_code == 401
