"""Mails about an order: to its customer, and to each vendor about their own part."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.transactions import step
from shared_apps.mailer.domain.messages import queue
from tenant_apps.ordering.queries import OrderView, VendorOrderView, any_order
from tenant_apps.partners.queries import partner_file

# History that is taken over from elsewhere happened long ago: nobody wants a mail about it now.
NEWS_FOR = timedelta(days=2)


@step
def tell_customer_placed(*, order_id: UUID, at: datetime) -> None:
    """The order as it was placed: what, from whom, how much. Effects: a message, unless it is old."""
    order = any_order(order_id)
    if _is_news(order, at=at):
        _to_customer("order_placed", order, order.parts, at=at)


@step
def tell_vendor_sold(*, order_id: UUID, vendor_order_id: UUID, at: datetime) -> None:
    """A vendor's own part, never the rest of the order. Effects: a message, unless it is old."""
    order = any_order(order_id)
    vendor = partner_file(_part(order, vendor_order_id).vendor_id)
    owners = [mate.email for mate in vendor.team if mate.role == "owner"]
    to = vendor.partner.contact_email or next(iter(owners), "")
    if to and _is_news(order, at=at):
        part = _part(order, vendor_order_id)
        told = {
            "part": part,
            "total": part.total,
            "url": absolute_url(f"/partner/orders/{part.public_id}/"),
        }
        queue(template="notifications/vendor_sold", to=to, context=told, at=at)


@step
def tell_customer_about(
    *, template: str, order_id: UUID, vendor_order_id: UUID, at: datetime, **told: Any
) -> None:
    """News of one vendor's part: sent, or called off. Effects: a message, unless it is old."""
    order = any_order(order_id)
    if _is_news(order, at=at):
        _to_customer(template, order, [_part(order, vendor_order_id)], at=at, **told)


def _to_customer(template: str, order: OrderView, parts: Any, *, at: datetime, **told: Any) -> None:
    context = {
        "number": order.number,
        "name": order.address.get("name", ""),
        "parts": [_shown(part) for part in parts],
        "delivery": order.delivery,
        "discount": order.discount,
        "total": order.total,
        "url": absolute_url(f"/orders/{order.public_id}/"),
        **told,
    }
    queue(template=f"notifications/{template}", to=order.email, context=context, at=at)


def _shown(part: VendorOrderView) -> dict[str, Any]:
    return {"vendor": part.vendor_name, "lines": part.lines, "delivery": part.delivery_name}


def _part(order: OrderView, vendor_order_id: UUID) -> VendorOrderView:
    return next(part for part in order.parts if part.id == vendor_order_id)


def _is_news(order: OrderView, *, at: datetime) -> bool:
    return at - (order.placed_at or order.created_at) <= NEWS_FOR
