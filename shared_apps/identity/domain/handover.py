"""Taking a signed-in person from one host of ours to another, once, within a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from shared_apps.audit.domain.records import record
from shared_apps.identity.domain.actors import actor_of
from shared_apps.identity.domain.links import absolute_url
from shared_apps.identity.models import SpentNonce, User
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import PlatformContext, TenantContext, bound, required_scope
from shared_apps.kernel.crypto import BadSignature, sign, unsign
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation

LIFE = timedelta(seconds=60)
_PURPOSE = "identity.handover"


class HandoverRefused(BadSignature):
    code, title = "handover_refused", "This link was used, has expired or is not for this place"


@dataclass(frozen=True, slots=True)
class Handover:
    """Whom to sign in, where to lead them, and which member of staff is behind it."""

    user: User
    path: str
    on_behalf_of: str


def issue_handover(
    *,
    to: TenantContext | PlatformContext,
    user_id: UUID,
    path: str,
    at: datetime,
    on_behalf_of: Actor | None = None,
    reason: str = "",
) -> str:
    """The address that signs a person in at `to` and leads to `path` (rule: writes nothing).

    The caller has established that this person may go there. `user_id` is their id at the
    destination; an owner has the same one on both sides.
    """
    value = {
        "nonce": str(uuid4()),
        "user": str(user_id),
        "path": path if _is_local(path) else "/",
        "at": at.timestamp(),
        "staff": on_behalf_of.id if on_behalf_of else "",
        "reason": reason,
    }
    with bound(to):
        return absolute_url(f"/handover/{sign(value, _PURPOSE)}/")


@operation
def redeem_handover(*, token: str, at: datetime) -> Handover:
    """Take a hand-over at its destination: spends its nonce, audits, returns whom to sign in.

    Raises HandoverRefused for one that is spent, older than a minute, of another scope, or for
    somebody who has no account here.
    """
    value = unsign(token, _PURPOSE, max_age=LIFE)
    if not 0 <= at.timestamp() - value["at"] <= LIFE.total_seconds():
        raise HandoverRefused
    user = User.objects.filter(id=value["user"], is_active=True).first()
    if user is None or not _may_arrive(user):
        raise HandoverRefused
    _spend(UUID(value["nonce"]), user_id=user.id, at=at)
    staff = str(value["staff"])
    record(
        "identity.handover.redeem",
        subject=Ref("identity.user", str(user.id)),
        acting=actor_of(user, on_behalf_of=staff),
        at=at,
        changes={"reason": value["reason"]} if staff else {},
    )
    return Handover(user, value["path"], staff)


def _may_arrive(user: User) -> bool:
    """In the platform only owners arrive by hand-over: staff sign in on the console itself."""
    return isinstance(required_scope(), TenantContext) or user.kind == User.Kind.OWNER


def _spend(nonce: UUID, *, user_id: UUID, at: datetime) -> None:
    try:
        with transaction.atomic():
            SpentNonce.objects.create(nonce=nonce, user_id=user_id, spent_at=at)
    except IntegrityError as error:
        raise HandoverRefused from error


def _is_local(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\"))
