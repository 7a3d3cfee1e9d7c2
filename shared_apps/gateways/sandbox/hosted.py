"""The pages visitors see: paying, the bank's question, a partner's introduction.

They work without scripts, carry a strict content policy, and look like a provider's page, not like
ours: they belong to the other side.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.template import Context, Engine

from shared_apps.gateways.sandbox.provider import Onward, PaymentPage, Provider
from shared_apps.gateways.sandbox.wire import WireReply, WireRequest
from shared_apps.gateways.sandbox.world import World

PAGES = Path(__file__).parent / "pages"


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(PAGES)])


def stylesheet() -> WireReply:
    body = (PAGES / "sandbox.css").read_bytes()
    return WireReply(200, body, "text/css; charset=utf-8", {"Cache-Control": "public, max-age=300"})


def visited(
    request: WireRequest, providers: Mapping[str, Provider], worlds: Mapping[str, World]
) -> WireReply:
    """Answer a request under `/pay/` or `/onboard/`; the token says whose page it is."""
    _, door, token, *rest = [*request.path.split("/"), "", ""]
    for name, provider in providers.items():
        world = worlds[name]
        if door == "pay" and (page := provider.payment_page(token, world)):
            step = rest[0] if rest else ""
            return _pay(request, provider, page, world, step)
        if door == "onboard" and provider.onboarding_page(token, world):
            return _onboard(request, provider, token, world)
    return rendered("gone.html", {}, status=404)


def _pay(
    request: WireRequest, provider: Provider, page: PaymentPage, world: World, step: str
) -> WireReply:
    here = f"/pay/{page.token}"
    if request.method == "POST":
        action = str(request.params.get("action", ""))
        if action == "cancel":
            onward = provider.cancel(page.token, world)
        elif not page.is_open:
            onward = Onward()
        elif step == "challenge":
            onward = provider.answer_challenge(
                page.token, is_accepted=action == "accept", world=world
            )
        else:
            onward = provider.pay(page.token, str(request.params.get("card", "")), world)
        return redirected(onward.url or here)
    name = (
        "closed.html"
        if not page.is_open
        else "challenge.html"
        if page.is_challenged
        else "pay.html"
    )
    return rendered(name, {"page": page}, leads_to=page.return_urls)


def _onboard(request: WireRequest, provider: Provider, token: str, world: World) -> WireReply:
    if request.method == "POST":
        return redirected(provider.onboard(token, world).url or f"/onboard/{token}")
    page = provider.onboarding_page(token, world)
    return rendered("onboarding.html", {"page": page}, leads_to=page.return_urls if page else ())


def redirected(url: str) -> WireReply:
    return WireReply(303, b"", "text/plain", {"Location": url, "Cache-Control": "no-store"})


def rendered(
    name: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    leads_to: tuple[str, ...] = (),
    referrer: str = "no-referrer",
) -> WireReply:
    """A page under a policy that lets its form lead to the merchant's addresses and nowhere else."""
    origins = {
        f"{parts.scheme}://{parts.netloc}" for url in leads_to if (parts := urlsplit(url)).netloc
    }
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {' '.join(['*self*', *sorted(origins)])}"
    ).replace("*self*", "'self'")
    body = _engine().get_template(name).render(Context(dict(values)))
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": referrer,
        "X-Content-Type-Options": "nosniff",
    }
    return WireReply(status, body.encode(), "text/html; charset=utf-8", headers)
