from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from shared_apps.kernel.context import NoTenant, platform_context, tenant_context
from shared_apps.kernel.crypto import (
    BadSignature,
    ExpiredSignature,
    Undecipherable,
    decrypt,
    digest,
    encrypt,
    rotate,
    sign,
    unsign,
)
from tests.world import ALPHA, BETA


def test_signature_of_one_tenant_is_nothing_to_another():
    with tenant_context(ALPHA):
        token = sign({"order": 7}, "receipt")
        assert unsign(token, "receipt") == {"order": 7}

    for other in (tenant_context(BETA), platform_context()):
        with other, pytest.raises(BadSignature):
            unsign(token, "receipt")


def test_signature_is_for_one_purpose_and_time():
    with tenant_context(ALPHA):
        token = sign(1, "receipt")
        with pytest.raises(BadSignature):
            unsign(token, "reset")
        with pytest.raises(ExpiredSignature):
            unsign(token, "receipt", max_age=timedelta(seconds=-1))


def test_secrets_belong_to_one_tenant():
    with tenant_context(ALPHA):
        secret = encrypt("sk_test_1")
        assert decrypt(secret) == "sk_test_1"
        digest_alpha = digest("key", "api")

    with tenant_context(BETA):
        with pytest.raises(Undecipherable):
            decrypt(secret)
        assert digest("key", "api") != digest_alpha


def test_keys_rotate():
    with tenant_context(ALPHA):
        with override_settings(GALLERIA_ENCRYPTION_KEYS=["old"]):
            secret = encrypt("x")
        with override_settings(GALLERIA_ENCRYPTION_KEYS=["new", "old"]):
            fresh = rotate(secret)
        with override_settings(GALLERIA_ENCRYPTION_KEYS=["new"]):
            assert decrypt(fresh) == "x"
            with pytest.raises(Undecipherable):
                decrypt(secret)


def test_nothing_is_signed_for_nobody():
    with pytest.raises(NoTenant):
        sign(1, "receipt")
