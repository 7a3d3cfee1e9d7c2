"""A process that sends one payout and may be killed on the way: `python -m … <payout id>`."""

from __future__ import annotations

import os
import sys
from uuid import UUID


def main() -> None:
    import django
    from django.conf import settings

    django.setup()
    settings.GALLERIA_CRASH_AT = os.environ["GALLERIA_CRASH_AT"]
    from shared_apps.kernel.clock import now
    from shared_apps.kernel.context import tenant_context
    from tenant_apps.settlement.domain.sending import deliver_payout
    from tests.world import ALPHA

    with tenant_context(ALPHA):
        sys.stdout.write(deliver_payout(payout_id=UUID(sys.argv[1]), at=now()))


if __name__ == "__main__":
    main()
