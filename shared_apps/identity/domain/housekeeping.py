"""Forgetting proofs that have run out."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailConfirmation
from django.contrib.sessions.models import Session

from shared_apps.identity.models import RefreshToken, SpentNonce
from shared_apps.kernel.transactions import operation

_KEPT = timedelta(days=1)


@operation
def forget_expired(*, at: datetime) -> int:
    """Delete sessions, refresh tokens, spent hand-overs and confirmation links past their time.

    A used or revoked refresh token stays until its own end, so that its reuse is noticed.
    Returns how many rows went.
    """
    before = at - _KEPT
    expired = [
        Session.objects.filter(expire_date__lt=before),
        RefreshToken.objects.filter(expires_at__lt=before),
        SpentNonce.objects.filter(spent_at__lt=before),
        EmailConfirmation.objects.filter(sent__lt=at - timedelta(days=30)),
    ]
    return sum(rows.delete()[0] for rows in expired)
