"""The small files of a tenant's look: style sheet, icon, manifest, robots."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from themes.domain.icons import ICONS
from themes.queries import active_design, css_of

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="11" fill="{fill}"/>'
    '<g transform="translate(9 9) scale(1.25)" stroke="{line}" color="{line}" fill="none" stroke-width="2"'
    ' stroke-linecap="round" stroke-linejoin="round">{shape}</g></svg>'
)


@require_safe
def style_sheet(request: HttpRequest, css_hash: str) -> HttpResponse:
    """`/t/<hash>.css`: cached for ever, and only for the tenant whose design it is."""
    design = active_design()
    text = design.css_text if design.css_url == request.path else css_of(css_hash)
    if text is None:
        raise Http404
    return HttpResponse(text, content_type="text/css", headers={"Cache-Control": FOR_EVER})


@require_safe
def icon(_request: HttpRequest) -> HttpResponse:
    design = active_design()
    shape = ICONS.get(design.icon, ICONS["store"])
    body = ICON.format(fill=design.brand_colour, line=design.on_brand_colour, shape=shape)
    return HttpResponse(body, content_type="image/svg+xml", headers={"Cache-Control": FOR_AN_HOUR})


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    design = active_design()
    body = {
        "name": design.brand_name,
        "short_name": design.brand_name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": design.background,
        "theme_color": design.background,
        "icons": [{"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(
        body, content_type="application/manifest+json", headers={"Cache-Control": FOR_AN_HOUR}
    )


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    closed = ("/manage/", "/partner/", "/account/", "/cart/", "/checkout/", "/api/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@require_safe
def closed_robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
