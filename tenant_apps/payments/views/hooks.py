"""The address a gateway reports to: verify, keep, answer at once."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from tenant_apps.payments.domain.webhooks import take_webhook

BODY_BYTES_MAX = 1024 * 1024


class MessageTooLarge(DomainError):
    code, title, status = "message_too_large", "This message is too large", 413


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """A signed message; what it proves itself by is its signature."""
    size = request.headers.get("Content-Length", "0")
    if not size.isdigit() or int(size) > min(BODY_BYTES_MAX, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        raise MessageTooLarge
    take_webhook(kind=kind, token=token, body=request.body, headers=request.headers, at=now())
    return HttpResponse(status=200)
