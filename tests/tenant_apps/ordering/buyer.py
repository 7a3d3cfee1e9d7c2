"""A process that buys, to be killed: `python -m tests.tenant_apps.ordering.buyer start|return ARG`."""

from __future__ import annotations

import sys
from uuid import UUID

import django

django.setup()

from shared_apps.kernel.clock import now  # noqa: E402
from shared_apps.kernel.context import tenant_context  # noqa: E402
from tenant_apps.ordering.domain import checkout, placing  # noqa: E402
from tenant_apps.ordering.domain.carts import CartOwner  # noqa: E402
from tests.tenant_apps.ordering.people import DETAILS, GUEST  # noqa: E402
from tests.world import ALPHA  # noqa: E402


def main(action: str, argument: str) -> None:
    with tenant_context(ALPHA):
        if action == "start":
            owner = CartOwner(guest_key=UUID(argument))
            started = checkout.check_out(owner=owner, details=DETAILS, acting=GUEST, at=now())
            sys.stdout.write(started.redirect_url)
        else:
            placing.finish_checkout(provider_id=argument, at=now())


if __name__ == "__main__":
    main(*sys.argv[1:])
