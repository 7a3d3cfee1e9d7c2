"""Images by their content's address, documents by a signed one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared_apps.media.domain import storage
from shared_apps.media.domain.access import open_private
from shared_apps.media.domain.images import CONTENT_TYPES

# What is stored is never a page: no scripts, no frames, no guessing of types.
_POLICY = "default-src 'none'; sandbox"
_FOREVER = "public, max-age=31536000, immutable"


@require_safe
def image(request: HttpRequest, sha256: str, name: str) -> HttpResponse:
    """One variant of an image. Its address names its content, so it may be kept for ever."""
    path = f"images/{sha256}/{name}"
    direct = storage.direct_url(path)
    if direct is not None:
        away = HttpResponseRedirect(direct)
        away["Cache-Control"] = "private, max-age=600"
        return away
    tag = f'"{sha256[:32]}-{name}"'
    if request.headers.get("If-None-Match") == tag:
        return _sealed(HttpResponse(status=304), tag)
    content_type = CONTENT_TYPES[name.rpartition(".")[2]]
    return _sealed(HttpResponse(storage.read(path), content_type=content_type), tag)


@require_safe
@never_cache
def private(_request: HttpRequest, token: str) -> HttpResponse:
    """A document, always as a download."""
    found = open_private(token=token)
    response = HttpResponse(found.data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _attachment(found.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    return response


def _sealed(response: HttpResponse, tag: str) -> HttpResponse:
    response["Cache-Control"] = _FOREVER
    response["ETag"] = tag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    return response


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
