"""Keys of the API: what they open, what they do not, and that they stay at home."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.identity.domain.actors import actor_of
from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound, tenant_context
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import public_id
from tenant_apps.integrations.domain.keys import (
    KeyOrder,
    area_of,
    is_within,
    make_key,
    revoke_key,
    scope_for,
)
from tenant_apps.integrations.models import ApiKey
from tests.factories.partners import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(in_alpha):
    return User.objects.get(pk=make_person("op", roles=("operator",)).id)


def key_with(owner, *scopes, kind="secret", **more):
    order = KeyOrder("robot", kind, scopes, **more)
    return make_key(order=order, owner=owner, acting=actor_of(owner), at=now())


def ask(tenant, key, path, method="get", **extra):
    with bound(None):
        send = getattr(Client(HTTP_HOST=tenant.host), method)
        return send(path, HTTP_AUTHORIZATION=f"Bearer {key}", **extra)


def test_key_opens_its_area_and_says_which_scope_it_lacks(alpha, operator):
    secret = key_with(operator, "read_orders").secret
    assert ask(alpha, secret, "/api/v1/orders").status_code == 200
    refused = ask(alpha, secret, "/api/v1/keys")
    assert refused.status_code == 403
    assert refused.json()["required_scope"] == "read_keys"
    assert ask(alpha, secret, "/api/v1/orders", "post").json()["code"] in {
        "access_denied",
        "method_not_allowed",
    }


def test_key_is_kept_as_a_digest_only(operator):
    made = key_with(operator, "read_all")
    row = ApiKey.objects.get(id=made.id)
    assert made.secret.startswith("sk_")
    assert made.secret not in str(vars(row))


def test_key_of_another_tenant_is_unknown(alpha, beta, operator):
    secret = key_with(operator, "write_all").secret
    assert ask(beta, secret, "/api/v1/orders").status_code == 401


def test_revoked_ended_and_orphaned_keys_do_not_open(alpha, operator):
    revoked, ended = key_with(operator, "read_all"), key_with(operator, "read_all")
    revoke_key(key_id=revoked.id, acting=actor_of(operator), at=now())
    ApiKey.objects.filter(id=ended.id).update(expires_at=now() - timedelta(seconds=1))
    orphaned = key_with(operator, "read_all")
    assert ask(alpha, orphaned.secret, "/api/v1/orders").status_code == 200
    User.objects.filter(pk=operator.pk).update(is_active=False)
    for made in (revoked, ended, orphaned):
        answer = ask(alpha, made.secret, "/api/v1/orders")
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_key")


def test_publishable_key_is_nobody(alpha, operator):
    public = key_with(operator, "write_all", kind="publishable").secret
    assert public.startswith("pk_")
    assert ask(alpha, public, "/api/v1/products").status_code == 200
    assert ask(alpha, public, "/api/v1/orders").status_code == 403


def test_key_makes_no_keys(alpha, operator):
    secret = key_with(operator, "write_all").secret
    wanted = {"name": "wider", "scopes": ["write_all"]}
    answer = ask(
        alpha, secret, "/api/v1/keys", "post", data=wanted, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "not_by_key")


@pytest.mark.parametrize(
    "order",
    [
        KeyOrder("", "secret", ("read_all",)),
        KeyOrder("x", "secret", ()),
        KeyOrder("x", "secret", ("orders",)),
        KeyOrder("x", "secret", ("read_",)),
        KeyOrder("x", "master", ("read_all",)),
    ],
)
def test_order_that_says_too_little_is_refused(operator, order):
    with pytest.raises(Unprocessable):
        make_key(order=order, owner=operator, acting=actor_of(operator), at=now())


def test_operator_makes_and_revokes_a_key_on_the_page(alpha, operator):
    browser = Client(HTTP_HOST=alpha.host)
    browser.force_login(operator)
    with bound(None):
        made = browser.post(
            "/manage/keys/", {"name": "till", "kind": "secret", "access": "read_all"}
        )
    with tenant_context(alpha):
        key = ApiKey.objects.get(name="till")
    assert made.status_code == 200
    secret = next(
        word for word in made.content.decode().split("<") if "sk_" in word and "code" in word
    )
    with bound(None):
        again = browser.get("/manage/keys/").content.decode()
        assert secret.partition(">")[2] not in again
        gone = browser.post(f"/manage/keys/{public_id('key', key.id)}/removal/")
    assert gone.status_code == 302
    with tenant_context(alpha):
        assert ApiKey.objects.get(id=key.id).revoked_at


areas = st.from_regex(r"[a-z]{1,12}", fullmatch=True)


@given(area=areas, method=st.sampled_from(["GET", "HEAD", "POST", "PATCH", "DELETE"]))
def test_scope_names_the_area_of_the_address(area, method):
    path = f"/api/v1/{area}/x"
    assert area_of(path) == area
    needed = scope_for(method, path)
    assert is_within({f"write_{area}"}, needed)
    assert is_within({f"read_{area}"}, needed) == (method in {"GET", "HEAD"})
    assert not is_within({f"write_{area}x"}, needed)
    assert not is_within({"write_all"}, scope_for(method, "/manage/"))
