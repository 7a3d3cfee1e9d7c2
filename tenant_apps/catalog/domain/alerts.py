"""Telling a vendor what ran low: one mail a day at most, with everything in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.transactions import operation
from shared_apps.mailer.domain.messages import queue
from tenant_apps.catalog.models import StockItem
from tenant_apps.partners.queries import PartnerFile, partner_file

_AT_MOST_EVERY = timedelta(hours=20)
_LINES_MAX = 30


def tell_vendors(*, at: datetime) -> int:
    """Mail every vendor whose goods ran low since the last mail (journey); returns how many mails."""
    vendors = _untold().values_list("variant__vendor_id", flat=True).distinct()
    return sum(tell_vendor(vendor_id=vendor_id, at=at) for vendor_id in list(vendors))


@operation
def tell_vendor(*, vendor_id: UUID, at: datetime) -> bool:
    """One mail about everything of a vendor that is low; False when there is nothing new to say.

    Effects: rows marked as told, message queued. A second run at the same time waits and finds
    them marked.
    """
    own = StockItem.objects.filter(variant__vendor_id=vendor_id)
    if own.filter(low_told_at__gt=at - _AT_MOST_EVERY).exists():
        return False
    rows = list(
        _untold()
        .filter(variant__vendor_id=vendor_id)
        .select_for_update(of=["self"])
        .select_related("variant__product")
        .order_by("pk")
    )
    if not rows:
        return False
    StockItem.objects.filter(pk__in=[row.pk for row in rows]).update(low_told_at=at)
    vendor = partner_file(vendor_id)
    to = _address(vendor)
    if to:
        queue(template="catalog/low_stock", to=to, context=_context(vendor, rows), at=at)
    return bool(to)


def _untold() -> QuerySet[StockItem]:
    rows = StockItem.objects.filter(ran_low_at__isnull=False, variant__is_active=True)
    new = Q(low_told_at=None) | Q(low_told_at__lt=F("ran_low_at"))
    return rows.filter(new).exclude(variant__product__state="archived")


def _address(vendor: PartnerFile) -> str:
    owners = [mate.email for mate in vendor.team if mate.role == "owner"]
    return vendor.partner.contact_email or next(iter(owners), "")


def _context(vendor: PartnerFile, rows: list[StockItem]) -> dict[str, object]:
    lines = [
        {
            "title": row.variant.product.title,
            "label": " / ".join(row.variant.option_values),
            "sku": row.variant.sku,
            "available": max(0, row.available),
        }
        for row in rows[:_LINES_MAX]
    ]
    return {
        "name": vendor.partner.name,
        "lines": lines,
        "more": max(0, len(rows) - _LINES_MAX),
        "url": absolute_url("/partner/stock/?low=1"),
    }
