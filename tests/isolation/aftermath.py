"""What follows the planted sale: a parcel, a return, a claim, papers, a download, with marks in it."""

from __future__ import annotations

from uuid import UUID

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.media.models import StoredFile
from tenant_apps.ordering.domain import claims, documents, fulfilment, returns
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.claims import Complaint
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.returns import Asked
from tenant_apps.ordering.models import DigitalGood, DownloadGrant, Fulfilment, OrderLine


def follow(*, ids: dict[str, str], user_id: UUID, mark: str) -> dict[str, str]:
    """Send the planted vendor order, take one piece back, complain about the other."""
    part_id = parse_public_id("vord", ids["vendor_order"])
    owner, buyer = CartOwner(user_id), Actor("user", str(user_id), mark)
    tracking = Tracking(f"{mark} Post", f"{mark} 1")
    fulfilment.ship(vendor_order_id=part_id, tracking=tracking, acting=SYSTEM, at=now())
    fulfilment.deliver(vendor_order_id=part_id, acting=SYSTEM, at=now())
    line = OrderLine.objects.get(vendor_order_id=part_id)
    return_id = returns.request_return(
        vendor_order_id=part_id,
        asked=Asked({line.id: 1}, "unwanted", note=f"{mark} is too blue"),
        owner=owner,
        acting=buyer,
        at=now(),
    )
    claim_id = claims.open_claim(
        vendor_order_id=part_id,
        complaint=Complaint({line.id: 1}, "damaged", f"{mark} is broken"),
        owner=owner,
        acting=buyer,
        at=now(),
    )
    document_id = documents.issue_invoice_now(vendor_order_id=part_id, at=now())
    grant = _grant(line, mark)
    return {
        "parcel": public_id("ful", Fulfilment.objects.get(vendor_order_id=part_id).id),
        "return": public_id("ret", return_id),
        "claim": public_id("clm", claim_id),
        "document": public_id("doc", document_id or return_id),
        "download": public_id("dl", grant.id),
    }


def _grant(line: OrderLine, mark: str) -> DownloadGrant:
    file = StoredFile.objects.filter(kind="private").latest("created_at")
    good = DigitalGood.objects.create(
        variant_id=line.variant_id,
        vendor_id=line.vendor_order.vendor_id,
        file_id=file.id,
        file_name=f"{mark}.flac",
        created_at=now(),
    )
    return DownloadGrant.objects.create(
        line=line,
        unit=1,
        good=good,
        file_id=file.id,
        file_name=good.file_name,
        limit=5,
        created_at=now(),
    )
