"""What a browser may load and where it may send forms: nothing that is not ours."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_FIXED = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
)


def content_security_policy() -> str:
    """The policy of every page. Pay origins are the hosted pages that a payment form leads to; browsers check a
    form's redirects against `form-action`. Media origins serve uploaded pictures from another host.
    """
    pay = " ".join(getattr(settings, "GALLERIA_PAY_ORIGINS", ()))
    media = " ".join(getattr(settings, "GALLERIA_MEDIA_ORIGINS", ()))
    own = (f"form-action 'self' {pay}".strip(), f"img-src 'self' data: {media}".strip())
    return "; ".join((*_FIXED, *own))


class SecurityHeadersMiddleware:
    """Adds the policy to every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = content_security_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), payment=(self)"
        )
        return response
