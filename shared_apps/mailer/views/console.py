"""/dev/mailbox on the console host: only while mails are written to files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from shared_apps.mailer.domain import mailbox

_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: http: https:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@require_GET
@never_cache
def mail_list(request: HttpRequest) -> HttpResponse:
    _require_mailbox()
    return render(request, "mailer/mailbox.html", {"mails": mailbox.mails()})


@require_GET
@never_cache
def mail_detail(request: HttpRequest, mail_id: str) -> HttpResponse:
    _require_mailbox()
    return render(request, "mailer/mail.html", {"mail": mailbox.mail(mail_id)})


@require_GET
@never_cache
@xframe_options_sameorigin
def mail_body(_request: HttpRequest, mail_id: str) -> HttpResponse:
    """The HTML part alone, in a frame without scripts or the console's origin."""
    _require_mailbox()
    response = HttpResponse(mailbox.mail(mail_id).html)
    response["Content-Security-Policy"] = _MAIL_POLICY
    return response


def _require_mailbox() -> None:
    if not mailbox.is_active():
        raise Http404
