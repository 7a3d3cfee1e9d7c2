"""A DomainError that no view caught, as problem+json or as a page."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from shared_apps.kernel.errors import DomainError, NotFound
from shared_apps.kernel.problems import CONTENT_TYPE, problem


class TooLarge(DomainError):
    code, title, status = "request_too_large", "This request is too large", 413


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            # PostgreSQL has no such character in a text, so nothing is found under it.
            return rendered(request, NotFound())
        response = self.get_response(request)
        if response.status_code == NotFound.status and _is_page_of_the_api(request, response):
            return rendered(request, NotFound())
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RequestDataTooBig):
            return rendered(request, TooLarge())
        return rendered(request, error) if isinstance(error, DomainError) else None


def _is_page_of_the_api(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return is_page and request.path.startswith("/api/")


def rendered(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error as JSON for programs (API paths, or an Accept without HTML), else as a page."""
    body = problem(error, path=request.path, request_id=request.META.get("GALLERIA_REQUEST_ID", ""))
    if request.path.startswith("/api/") or not request.accepts("text/html"):
        return JsonResponse(body, status=error.status, content_type=CONTENT_TYPE)
    return render(request, "shells/error.html", {"problem": body}, status=error.status)
