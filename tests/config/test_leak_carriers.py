"""Whatever outlives a request and could reach another tenant carries its own tenant's name."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import caches

from shared_apps.kernel.context import NoTenant, platform_context, tenant_context
from shared_apps.kernel.crypto import BadSignature, Undecipherable, decrypt, encrypt, sign, unsign
from shared_apps.kernel.valkey import client, scoped
from tests.world import ALPHA, BETA


@pytest.mark.parametrize("alias", sorted(settings.CACHES))
def test_every_cache_keeps_scopes_apart(alias):
    cache = caches[alias]
    with tenant_context(ALPHA):
        cache.set("canary", "alpha's", 30)

    for other in (tenant_context(BETA), platform_context()):
        with other:
            assert cache.get("canary") is None
    with tenant_context(ALPHA):
        assert cache.get("canary") == "alpha's"
    with pytest.raises(NoTenant):
        cache.get("canary")


def test_every_key_in_valkey_begins_with_its_scope():
    with tenant_context(ALPHA):
        caches["default"].set("canary", 1, 30)
        client().set(scoped("canary"), 1, ex=30)

    known = ("{t_world_alpha}:", "{t_world_beta}:", "{platform}:")
    broker = ("_kombu", "unacked")  # what the broker's client keeps outside its own prefix
    assert [key for key in client().scan_iter("*") if not key.startswith(known + broker)] == []


def test_signatures_of_one_tenant_say_nothing_to_another():
    with tenant_context(ALPHA):
        token = sign({"user": 1}, "reset")
        assert unsign(token, "reset") == {"user": 1}
        with pytest.raises(BadSignature):
            unsign(token, "invite")

    for other in (tenant_context(BETA), platform_context()):
        with other, pytest.raises(BadSignature):
            unsign(token, "reset")


def test_secrets_of_one_tenant_cannot_be_read_by_another():
    with tenant_context(ALPHA):
        secret = encrypt("sk_canary")

    for other in (tenant_context(BETA), platform_context()):
        with other, pytest.raises(Undecipherable):
            decrypt(secret)
