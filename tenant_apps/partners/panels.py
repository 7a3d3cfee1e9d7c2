"""What the pages of a shop say above everything: that it is not trading yet, or no more."""

from __future__ import annotations

from django.http import HttpRequest

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.ref import Ref
from tenant_apps.partners.queries import partner_of
from themes.domain.panels import Panel, register_panel


def standing(request: HttpRequest | None, _ref: Ref | None) -> Panel | None:
    """A line for shops that wait for the operator or were stopped. One query."""
    if request is None or not request.path.startswith("/partner/"):
        return None
    actor = acting_as(request)
    partner = partner_of(actor.id) if actor.kind == "user" else None
    if partner is None or partner.state == "approved":
        return None
    return Panel("partners/_standing.html", {"state": partner.state})


register_panel("workspace.notice", standing)
