"""A DomainError that no view caught, as problem+json or as a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.problems import CONTENT_TYPE, problem


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return rendered(request, error) if isinstance(error, DomainError) else None


def rendered(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error as JSON for programs (API paths, or an Accept without HTML), else as a page."""
    body = problem(error, path=request.path, request_id=request.META.get("GALLERIA_REQUEST_ID", ""))
    if request.path.startswith("/api/") or not request.accepts("text/html"):
        return JsonResponse(body, status=error.status, content_type=CONTENT_TYPE)
    return render(request, "shells/error.html", {"problem": body}, status=error.status)
