"""What reviews offer to other pages: the invitation after delivery, and what shops say of a buyer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.ref import Ref
from tenant_apps.ordering.domain.sales import delivered_part, delivered_parts
from tenant_apps.partners.permissions import Verb, may
from tenant_apps.reviews import queries
from tenant_apps.reviews.domain.rights import BUYER, VENDOR, rights_of_buyer
from tenant_apps.reviews.forms import ReviewForm
from themes.domain.panels import Panel, register_panel
from themes.domain.todos import Todo, register_todo


def invitation(request: HttpRequest | None, ref: Ref | None) -> Panel | None:
    """On a customer's order page: how was it? Nothing before something arrived, or for guests."""
    if request is None or ref is None or not request.user.is_authenticated:
        return None
    acting = acting_as(request)
    rights = rights_of_buyer(delivered_parts(UUID(ref.id)), acting)
    if not rights:
        return None
    written = queries.written_after(UUID(ref.id), Ref(BUYER, acting.id))
    return Panel(
        "reviews/storefront/_invitation.html",
        {
            "left": sum(str(right.subject) not in written for right in rights),
            "url": f"/orders/{public_id('ord', UUID(ref.id))}/reviews/",
        },
    )


def buyer(request: HttpRequest | None, ref: Ref | None) -> Panel | None:
    """On a vendor's order page: what shops say of this buyer, and the way to say something."""
    if request is None or ref is None:
        return None
    part = delivered_part(UUID(ref.id))
    acting = acting_as(request)
    if (
        part is None
        or part.user_id is None
        or not may(acting, Verb.ANSWER_MESSAGES, part.vendor_id)
    ):
        return None
    subject = Ref(BUYER, str(part.user_id))
    mine = queries.written_after(part.order_id, Ref(VENDOR, str(part.vendor_id)))
    context = {
        "rating": queries.rating_of(subject),
        "review": mine.get(str(subject)),
        "form": ReviewForm(auto_id="buyer_%s"),
        "action": f"/partner/orders/{public_id('vord', part.vendor_order_id)}/buyer-review/",
    }
    return Panel("reviews/partner/_buyer.html", context)


def to_answer(acting: Actor, ref: Ref | None) -> Todo | None:
    """Reviews without an answer, for the people who may answer them. Two queries."""
    if ref is None or not may(acting, Verb.ANSWER_MESSAGES, ref.id):
        return None
    count = queries.count_to_answer(UUID(ref.id))
    if not count:
        return None
    return Todo(
        ngettext("%(n)d review to answer", "%(n)d reviews to answer", count) % {"n": count},
        _("A short answer is read by every later buyer."),
        "/partner/reviews/",
        _("Answer"),
    )


def to_moderate(_acting: Actor, _ref: Ref | None) -> Todo | None:
    """Reviews that wait for the operator. One query."""
    count = queries.waiting_count()
    if not count:
        return None
    label = ngettext("%(n)d review to look at", "%(n)d reviews to look at", count) % {"n": count}
    return Todo(label, _("Held back, or reported by somebody."), "/manage/reviews/", _("Look"))


register_panel("order.main", invitation)
register_todo("partner", to_answer, order=40)
register_todo("manage", to_moderate, order=40)
register_panel("partner_order.aside", buyer)
