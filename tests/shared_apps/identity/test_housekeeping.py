from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailConfirmation
from django.contrib.sessions.models import Session

from shared_apps.identity.domain.handover import redeem_handover
from shared_apps.identity.domain.housekeeping import forget_expired
from shared_apps.identity.domain.tokens import issue_tokens
from shared_apps.identity.models import RefreshToken, SpentNonce
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from tests.shared_apps.identity.test_handover import handover, token_of


def test_only_what_has_run_out_is_forgotten(alpha, browser, ada):
    browser(alpha).sign_in(ada.email)
    token = token_of(handover(alpha, ada))
    with bound(alpha):
        issue_tokens(user=ada, at=now())
        redeem_handover(token=token, at=now())
        EmailConfirmation.create(ada.emailaddress_set.get())

        assert forget_expired(at=now()) == 0
        forget_expired(at=now() + timedelta(days=33))

        for model in (Session, RefreshToken, SpentNonce):
            assert not model.objects.exists()


def test_visitors_behind_the_proxy_have_limits_of_their_own(alpha, browser):
    for number in range(21):
        browser(alpha).post(
            "/account/password/reset/",
            {"email": f"p{number}@mail.example"},
            HTTP_X_FORWARDED_FOR="203.0.113.7",
        )
    tired = browser(alpha).post(
        "/account/password/reset/", {"email": "x@mail.example"}, HTTP_X_FORWARDED_FOR="203.0.113.7"
    )
    fresh = browser(alpha).post(
        "/account/password/reset/", {"email": "x@mail.example"}, HTTP_X_FORWARDED_FOR="203.0.113.8"
    )

    assert (tired.status_code, fresh.status_code) == (429, 302)
    assert b"Too many attempts" in tired.content
