"""What templates get for what follows a sale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shared_apps.kernel.errors import DomainError
from tenant_apps.ordering.domain import exchanges
from tenant_apps.ordering.domain.after_sales import terms
from tenant_apps.ordering.domain.cancelling import OTHERS_MAY, has_begun
from tenant_apps.ordering.domain.claims import CLAIMABLE
from tenant_apps.ordering.domain.digital_goods import readable_key
from tenant_apps.ordering.queries import VendorOrderView, after_sales
from tenant_apps.ordering.queries.after_sales import (
    ClaimView,
    DocumentView,
    DownloadView,
    ReturnView,
)
from tenant_apps.ordering.views.showing import Badge, badge

REASON_LABELS = {
    "unwanted": lazy("Changed their mind"),
    "damaged": lazy("Damaged"),
    "wrong_item": lazy("Something else came"),
    "not_as_described": lazy("Not as described"),
    "never_arrived": lazy("Never arrived"),
    "missing": lazy("Something was missing"),
}
WANTED_LABELS = {"refund": lazy("Money back"), "exchange": lazy("Exchange")}
STATE_LABELS = {
    "requested": lazy("Asked for"),
    "approved": lazy("Approved: send it back"),
    "refused": lazy("Refused"),
    "withdrawn": lazy("Withdrawn"),
    "lapsed": lazy("Never sent back"),
    "received": lazy("Received"),
    "inspected": lazy("Accepted"),
    "refunded": lazy("Paid back"),
    "exchanged": lazy("Exchanged"),
    "rejected": lazy("Not accepted"),
    "open": lazy("Being looked into"),
    "reshipped": lazy("Sent again"),
    "granted": lazy("Ready"),
    "revoked": lazy("Taken back"),
    "sent": lazy("On its way"),
    "delivered": lazy("Delivered"),
    "lost": lazy("Lost"),
}
_TONES = {
    "requested": "warn",
    "open": "warn",
    "received": "warn",
    "inspected": "warn",
    "approved": "ok",
    "refunded": "ok",
    "exchanged": "ok",
    "reshipped": "ok",
    "delivered": "ok",
    "granted": "ok",
    "refused": "bad",
    "rejected": "bad",
    "lost": "bad",
}
DOCUMENT_LABELS = {
    "invoice": lazy("Invoice"),
    "credit_note": lazy("Credit note"),
    "commission": lazy("Commission invoice"),
}
_OVER = {
    "revoked": lazy("It was paid back."),
    "expired": lazy("The time to download it is over."),
    "limit": lazy("It was downloaded as often as it may be."),
}


@dataclass(frozen=True, slots=True)
class ShownReturn:
    found: ReturnView
    state: Badge
    reason: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class ShownClaim:
    found: ClaimView
    state: Badge
    kind: Any


@dataclass(frozen=True, slots=True)
class ShownDocument:
    found: DocumentView
    label: Any


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of an order with all that followed, and what its reader can do about it."""

    part: VendorOrderView
    state: Badge
    parcels: Sequence[tuple[Any, Badge]]
    returns: Sequence[ShownReturn]
    claims: Sequence[ShownClaim]
    documents: Sequence[ShownDocument]
    can_cancel: bool
    can_call_off: bool
    can_receive: bool
    can_return: bool
    can_claim: bool
    has_downloads: bool
    return_until: datetime | None


@dataclass(frozen=True, slots=True)
class ShownDownload:
    found: DownloadView
    key: str
    over: Any


def state_badge(state: str) -> Badge:
    return Badge(STATE_LABELS.get(state, state), _TONES.get(state, "neutral"))


def shown_return(found: ReturnView) -> ShownReturn:
    reason, wanted = REASON_LABELS[found.reason], WANTED_LABELS[found.wanted]
    return ShownReturn(found, state_badge(found.state), reason, wanted)


def shown_claim(found: ClaimView) -> ShownClaim:
    return ShownClaim(found, state_badge(found.state), REASON_LABELS[found.kind])


def shown_parts(parts: Sequence[VendorOrderView], *, at: datetime) -> list[ShownPart]:
    """The parts of one order, or the one part of a vendor.

    Four queries, and two each for the lines of returns and of claims.
    """
    ids = [part.id for part in parts]
    returned, claimed = after_sales.returns_of(ids), after_sales.claims_of(ids)
    papers, days = after_sales.documents_of(ids), terms().return_days
    return [
        _shown(
            part,
            returned.get(part.id, []),
            claimed.get(part.id, []),
            papers.get(part.id, []),
            days,
            at,
        )
        for part in parts
    ]


def _shown(
    part: VendorOrderView,
    returned: Sequence[ReturnView],
    claimed: Sequence[ClaimView],
    papers: Sequence[DocumentView],
    days: int,
    at: datetime,
) -> ShownPart:
    until = part.delivered_at + timedelta(days=days) if part.delivered_at and days else None
    is_open = part.state == "delivered" and until is not None and at < until
    kept = any(line.kept for line in part.lines)
    return ShownPart(
        part=part,
        state=badge(part.state),
        parcels=[(parcel, state_badge(parcel.state)) for parcel in part.fulfilments],
        returns=[shown_return(each) for each in returned],
        claims=[shown_claim(each) for each in claimed],
        documents=[ShownDocument(each, DOCUMENT_LABELS[each.kind]) for each in papers],
        can_cancel=not has_begun(
            part.state, [(line.left, line.shipped, line.is_digital) for line in part.lines]
        ),
        can_call_off=part.state in OTHERS_MAY,
        can_receive=any(parcel.state == "sent" for parcel in part.fulfilments),
        can_return=is_open and any(line.kept and not line.is_digital for line in part.lines),
        can_claim=part.state in CLAIMABLE and kept and not any(each.is_open for each in claimed),
        has_downloads=any(line.is_digital and line.shipped for line in part.lines),
        return_until=until if is_open else None,
    )


def exchanges_for(part: VendorOrderView) -> Mapping[UUID, Sequence[tuple[UUID, str]]]:
    """What the lines could be exchanged for."""
    lines = [
        (line.id, line.product_id, line.variant_id, line.unit)
        for line in part.lines
        if line.kept and not line.is_digital
    ]
    return exchanges.choices_for(lines, currency=part.total.currency)


def downloads_page(found: Iterable[DownloadView], *, at: datetime) -> dict[str, Any]:
    """Context of the page of downloads: the reader owns them, so their keys are in the clear."""
    return {"downloads": [_shown_download(each, at) for each in found]}


def _shown_download(found: DownloadView, at: datetime) -> ShownDownload:
    reason = ""
    if found.state == "revoked":
        reason = "revoked"
    elif found.expires_at is not None and found.expires_at <= at:
        reason = "expired"
    elif found.left == 0:
        reason = "limit"
    key = readable_key(found.secret) if found.secret and reason != "revoked" else ""
    return ShownDownload(found, key, _OVER.get(reason, ""))


def told(error: DomainError) -> str:
    """A refusal in words for the form it belongs to."""
    known = {
        "bad_quantities": _("Choose how many, no more than there are."),
        "too_late_to_cancel": _("It is being prepared or on its way already."),
        "return_window_over": _("The time to send it back is over."),
        "not_delivered_yet": _("It has not arrived yet."),
        "exchange_not_offered": _("Choose what you would like instead."),
        "exchange_price_differs": _(
            "The other variant has another price: send this one back and order that."
        ),
        "insufficient_stock": _("There is not enough of it in stock."),
        "claim_open": _("There is an open report about this; it is decided first."),
        "nothing_to_claim": _("Nothing of this was sent, or it is too long ago."),
        "answer_needed": _("Tell the customer why."),
        "reason_needed": _("Say why: customer and seller will read it."),
        "refund_exceeds_line": _("No more can be paid back than was paid."),
        "refund_exceeds_payment": _("No more can be paid back than was paid."),
        "nothing_to_refund": _("Say how much is to be paid back."),
        "too_late_to_edit": _("It is being prepared or on its way already."),
        "place_is_fixed": _(
            "Country and region cannot be changed: tax and delivery depend on them. Cancel the "
            "order and place a new one."
        ),
        "move_not_allowed": _("This has changed meanwhile. Look at it again."),
        "digital_good_is_empty": _("Add a file, licence keys, or both."),
        "not_digital": _("Mark the product as digital first."),
    }
    return known.get(error.code) or str(error.detail or error.title)
