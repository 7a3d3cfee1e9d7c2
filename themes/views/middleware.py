"""One look at the tenant's design a request, and only when a page asks for it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from themes.queries import design_remembered


class DesignMiddleware:
    """Belongs after the tenant is bound and before anything renders."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with design_remembered():
            return self.get_response(request)
