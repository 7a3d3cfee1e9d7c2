"""Making promotions and their codes: by the operator for everything, by a vendor for their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import BASIS_POINTS
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.repeats import answer_once
from tenant_apps.partners.permissions import Verb, require, require_operator
from tenant_apps.promotions.domain.codes import fresh, grouped, key_of
from tenant_apps.promotions.lifecycle import PROMOTION
from tenant_apps.promotions.models import Promotion, PromotionCode
from tenant_apps.promotions.queries import PromotionUnknown

VOUCHERS_MAX = 10_000
VOUCHER_LENGTH = 12
_KEY_MAX = 40


class BadPromotion(Unprocessable):
    code, title = "bad_promotion", "This promotion cannot work"


class CodeTaken(Conflict):
    code, title = "promotion_code_taken", "This code belongs to another promotion"


@dataclass(frozen=True, slots=True)
class PromotionDraft:
    """A promotion as somebody describes it; amounts in minor units of `currency`, 0 = none.

    `code` is what customers type; a promotion without one gets vouchers, each for one use.
    """

    title: str
    kind: str
    currency: str
    starts_at: datetime
    code: str = ""
    bps: int = 0
    amount_minor: int = 0
    maximum_minor: int = 0
    minimum_minor: int = 0
    scope: str = "all"
    targets: tuple[str, ...] = ()
    bearer: str = "operator"
    share_bps: int = 0
    ends_at: datetime | None = None
    uses_max: int | None = None
    uses_per_customer: int | None = None
    is_stackable: bool = False
    is_first_order_only: bool = False


@operation
def create_promotion(
    *, draft: PromotionDraft, vendor_id: UUID | None = None, acting: Actor, at: datetime
) -> UUID:
    """Start a promotion with its code; audited. A vendor's is theirs alone, and they bear it.

    Raises BadPromotion, CodeTaken, NotAllowed.
    """
    _require(acting, vendor_id)
    _check(draft, vendor_id)
    row = Promotion.objects.create(
        vendor_id=vendor_id, is_voucher=not draft.code, created_at=at, **_columns(draft)
    )
    if draft.code:
        _write_code(row, draft.code, at=at)
    _note("create", row, acting=acting, at=at)
    return row.id


@operation
def change_promotion(
    *,
    promotion_id: UUID,
    draft: PromotionDraft,
    vendor_id: UUID | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """Describe a promotion anew; audited. Its codes stay, and what was ordered keeps its price.

    Raises PromotionUnknown, BadPromotion, NotAllowed.
    """
    _require(acting, vendor_id)
    row = _locked(promotion_id, vendor_id)
    _check(draft, row.vendor_id)
    if draft.uses_max is not None and draft.uses_max < row.used_count:
        _refuse("uses_max", f"It has been used {row.used_count} times already.")
    for name, value in _columns(draft).items():
        setattr(row, name, value)
    row.save()
    _note("change", row, acting=acting, at=at)


@operation
def move_promotion(
    *,
    promotion_id: UUID,
    move: str,
    vendor_id: UUID | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """Pause, resume or end a promotion; audited. Raises PromotionUnknown, MoveNotAllowed."""
    _require(acting, vendor_id)
    if move not in PROMOTION.moves:
        raise BadPromotion("Choose pause, resume or end.")
    row = _locked(promotion_id, vendor_id)
    record_move(row, PROMOTION, move, acting=acting, at=at)
    _note(move, row, acting=acting, at=at)


@operation
def generate_vouchers(
    *,
    promotion_id: UUID,
    count: int,
    vendor_id: UUID | None = None,
    acting: Actor,
    at: datetime,
) -> int:
    """Make codes for one use each, as one batch; returns its number. Audited, answered at once.

    Raises BadPromotion for a promotion with a code of its own, PromotionUnknown, NotAllowed.
    """
    _require(acting, vendor_id)
    if not 1 <= count <= VOUCHERS_MAX:
        _refuse("count", f"Between 1 and {VOUCHERS_MAX} at a time.")
    row = _locked(promotion_id, vendor_id)
    if not row.is_voucher:
        raise BadPromotion("This promotion has a code of its own.")
    batch = (row.codes.aggregate(last=Max("batch"))["last"] or 0) + 1
    keys: set[str] = set()
    while len(keys) < count:
        keys.add(fresh(VOUCHER_LENGTH))
    PromotionCode.objects.bulk_create(
        PromotionCode(
            promotion=row, key=key, text=grouped(key), batch=batch, uses_max=1, created_at=at
        )
        for key in sorted(keys)
    )
    _note("vouchers", row, acting=acting, at=at, batch=batch, count=count)
    answer_once(status=201, body={"batch": batch, "count": count}, at=at)
    return batch


def _require(acting: Actor, vendor_id: UUID | None) -> None:
    if vendor_id is None:
        require_operator(acting)
    else:
        require(acting, Verb.EDIT_PRODUCTS, vendor_id)


def _locked(promotion_id: UUID, vendor_id: UUID | None) -> Promotion:
    rows = Promotion.objects.select_for_update(of=["self"])
    mine = {"vendor_id": vendor_id} if vendor_id is not None else {}
    row = rows.filter(id=promotion_id, **mine).first()
    if row is None:
        raise PromotionUnknown
    return row


def _columns(draft: PromotionDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "kind": draft.kind,
        "currency": draft.currency,
        "bps": draft.bps,
        "amount_minor": draft.amount_minor,
        "maximum_minor": draft.maximum_minor,
        "minimum_minor": draft.minimum_minor,
        "scope": draft.scope,
        "targets": sorted(set(draft.targets)),
        "bearer": draft.bearer,
        "share_bps": draft.share_bps,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "uses_max": draft.uses_max,
        "uses_per_customer": draft.uses_per_customer,
        "is_stackable": draft.is_stackable,
        "is_first_order_only": draft.is_first_order_only,
    }


def _write_code(row: Promotion, text: str, *, at: datetime) -> None:
    key = key_of(text)
    code = PromotionCode(promotion=row, key=key, text=text.strip().upper(), created_at=at)
    PromotionCode.objects.bulk_create([code], ignore_conflicts=True)
    if not row.codes.filter(key=key).exists():
        raise CodeTaken(errors={"code": ["Another promotion has this code."]})


def _check(draft: PromotionDraft, vendor_id: UUID | None) -> None:
    """Refuse what could not work, or would do more than it says."""
    if not draft.title.strip():
        _refuse("title", "Give it a name.")
    _check_amounts(draft)
    if draft.code and not 3 <= len(key_of(draft.code)) <= _KEY_MAX:
        _refuse("code", f"Three to {_KEY_MAX} letters and figures.")
    if draft.scope not in Promotion.Scope.values or (draft.scope == "all") == bool(draft.targets):
        _refuse("targets", "Name what it is for, or choose everything.")
    _check_bearer(draft, vendor_id)
    if draft.ends_at is not None and draft.ends_at <= draft.starts_at:
        _refuse("ends_at", "It must end after it starts.")
    for name in ("uses_max", "uses_per_customer"):
        limit = getattr(draft, name)
        if limit is not None and limit < 1:
            _refuse(name, "At least one use.")


def _check_amounts(draft: PromotionDraft) -> None:
    if draft.kind not in Promotion.Kind.values:
        _refuse("kind", "Choose a percentage, an amount or free delivery.")
    if draft.kind == "percentage" and not 0 < draft.bps <= BASIS_POINTS:
        _refuse("bps", "Between 0 and 100 per cent.")
    if draft.kind == "fixed" and draft.amount_minor <= 0:
        _refuse("amount_minor", "An amount above zero.")
    if (draft.kind != "percentage" and draft.bps) or (draft.kind != "fixed" and draft.amount_minor):
        _refuse("kind", "Either a percentage or an amount.")
    if draft.kind == "fixed" and draft.maximum_minor:
        _refuse("maximum_minor", "A fixed amount has no other maximum.")
    if min(draft.maximum_minor, draft.minimum_minor) < 0:
        _refuse("minimum_minor", "Not below zero.")


def _check_bearer(draft: PromotionDraft, vendor_id: UUID | None) -> None:
    if vendor_id is not None and (draft.bearer != "vendor" or draft.scope == "vendor"):
        _refuse("bearer", "A vendor's promotion is for their own products, at their cost.")
    is_shared = draft.bearer == "shared"
    shares = 0 < draft.share_bps < BASIS_POINTS if is_shared else draft.share_bps == 0
    if draft.bearer not in Promotion.Bearer.values or not shares:
        _refuse("share_bps", "Say who bears it, and which part you bear of a shared one.")


def _refuse(name: str, reason: str) -> None:
    raise BadPromotion(reason, errors={name: [reason]})


def _note(what: str, row: Promotion, *, acting: Actor, at: datetime, **more: Any) -> None:
    changes = {"title": row.title, "kind": row.kind, "bearer": row.bearer, **more}
    record(
        f"promotions.promotion.{what}",
        subject=Ref("promotions.promotion", str(row.id)),
        acting=acting,
        at=at,
        changes=changes,
    )
