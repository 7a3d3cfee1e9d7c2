"""What a merchant sets by hand at a provider that has no API for it: where webhooks go, what signs them.

`POST /<provider>/_dashboard {"webhook_url": ..., "secret": ...}` with the merchant's own key stands in
for the provider's settings page; no real provider serves that path. An empty address stops the post.
"""

from __future__ import annotations

import json
from typing import Any

from shared_apps.gateways.sandbox.rest import Call
from shared_apps.gateways.sandbox.world import Message, World, fresh_id


def set_by_hand(call: Call, *, secret: str) -> dict[str, Any]:
    """Keep the merchant's settings."""
    settings = {
        "id": f"dashboard_{call.scope}",
        "webhook_url": call.text("webhook_url"),
        "secret": secret,
    }
    return call.world.put(call.scope, "dashboard", settings)


def tell(world: World, scope: str, event_type: str, message: dict[str, Any]) -> None:
    """Put a message into the post if the merchant has named an address for it."""
    settings = world.find(f"dashboard_{scope}")
    if settings is None or not settings.body["webhook_url"]:
        return
    world.post(
        Message(
            endpoint=settings.id,
            url=settings.body["webhook_url"],
            secret=settings.body["secret"],
            event_id=fresh_id("post_", 12),
            event_type=event_type,
            body=json.dumps(message),
        )
    )
