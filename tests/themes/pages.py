"""Sample pages of every surface, made of plain data, and a small server that shows them under the real CSP."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace as Plain
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page
from themes.domain import navigation
from themes.domain.artwork import artwork
from themes.domain.navigation import NavItem, register_nav_item
from themes.domain.sections import section_views, supplies_needed
from themes.domain.tables import Cell, Column, Row, Table
from themes.domain.tiles import CategoryTile, ProductTile, VendorTile
from themes.domain.versions import DesignChoice, _settings, compile_design
from themes.models import ThemeVersion
from themes.queries import Design, design_of, design_previewed
from themes.views.security import content_security_policy

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BRANDS = {"hearth": "Loam & Thread", "metro": "voltway", "riviera": "Maison Azur"}
ART = ("vase", "bowls", "basket", "textile", "board", "bag")


def design(theme: str, **tokens: Any) -> Design:
    choice = DesignChoice(theme=theme, brand_name=BRANDS[theme], tokens=tokens)
    compiled = compile_design(theme, tokens)
    version = ThemeVersion(
        number=1,
        theme=theme,
        settings=_settings(choice),
        tokens=tokens,
        compiled=compiled.data,
        css_text=compiled.css_text,
        css_hash=compiled.css_hash,
    )
    return design_of(version, revision=1)


def products() -> list[ProductTile]:
    names = (
        ("Terracotta bottle vase", "Atelier Ochre", 6800, 0, 4.9, 212, "New"),
        ("Nesting bowls, set of three", "Northshore Clay", 9400, 11200, 4.8, 131, ""),
        ("Market basket, seagrass", "Palma Weavers", 5700, 0, 4.9, 418, ""),
        ("Striped linen throw", "Casa Telar", 12900, 0, 4.7, 64, "Last 3"),
        ("Walnut serving board", "Grain & Co", 7800, 0, 4.8, 97, ""),
        ("Saddle-stitched day bag", "Hide House", 24000, 0, None, 0, ""),
        ("Dipped stoneware vase", "Northshore Clay", 2400, 0, 5.0, 86, ""),
        ("Linen table runner", "Casa Telar", 3200, 0, 4.9, 305, ""),
    )
    return [
        ProductTile(
            name=name,
            url=f"/p/{index}/",
            price=Money(price, "EUR"),
            picture=artwork(ART[index % len(ART)]),
            seller=seller,
            was=Money(was, "EUR") if was else None,
            rating=rating,
            reviews=reviews,
            tag=tag,
            sponsored=index == 2,
            sold_out=index == 6,
        )
        for index, (name, seller, price, was, rating, reviews, tag) in enumerate(names)
    ]


def supply(look: Design) -> dict[str, list[Any]]:
    categories = [
        CategoryTile(name, f"/c/{name}/", artwork(ART[i % len(ART)]), 40 + i * 17)
        for i, name in enumerate(("Ceramics", "Bowls", "Baskets", "Textiles", "Kitchen", "Leather"))
    ]
    vendors = [
        VendorTile(name, f"/shops/{i}/", place, tagline, artwork(ART[i]), 4.7 + i / 20, 12 + i * 9)
        for i, (name, place, tagline) in enumerate(
            (
                ("Atelier Ochre", "Faenza", "Wheel-thrown terracotta"),
                ("Northshore Clay", "Whitby", "Stoneware for every day"),
                ("Palma Weavers", "Mallorca", "Baskets from the coast"),
            )
        )
    ]
    goods = {"products": products(), "categories": categories, "vendors": vendors}
    return {need.key: goods[need.goods][: need.limit] for need in supplies_needed(look)}


HOME = """{% extends "shells/storefront.html" %}{% block main %}{% include "sections/_list.html" %}{% endblock %}"""
DASHBOARD = """{% extends "shells/manage.html" %}{% load ui %}{% block title %}Home{% endblock %}{% block main %}<div class="wrap page">
<div class="page-head"><div><h1>Good morning, Noor</h1><p>What your marketplace did since yesterday.</p></div>{% include "components/button.html" with label="Add product" url="/x/" icon="plus" only %}</div>
{% include "components/tabs.html" with tabs=tabs label="Period" only %}
<div class="stats mt">{% for s in stats %}{% include "components/stat.html" with label=s.label value=s.value icon=s.icon note=s.note trend=s.trend only %}{% endfor %}</div>
<div class="dash"><section class="panel flush two-thirds"><header><h2>Latest orders</h2><a class="link" href="/manage/orders/">All orders</a></header>{% include "components/table.html" with table=table only %}{% include "components/pager.html" with page=page only %}</section>
<section class="panel third"><header><h2>Set up your shop</h2>{% include "components/badge.html" with label="2 of 4" tone="neutral" only %}</header>{% include "components/progress.html" with label="Ready to open" done=2 total=4 only %}{% include "components/checklist.html" with items=checks only %}</section>
<section class="panel half"><header><h2>Order 1042</h2></header>{% include "components/timeline.html" with entries=entries only %}</section>
<section class="panel half">{% include "components/empty.html" with icon="message-circle" title="No messages" body="When a customer writes, you read it here." url="/x/" action="Write first" only %}</section></div></div>{% endblock %}"""
FORM = """{% extends "shells/partner.html" %}{% load ui %}{% block title %}Shop{% endblock %}{% block main %}<div class="wrap page">
{% include "components/breadcrumbs.html" with links=links only %}
<div class="page-head"><h1>Your shop</h1>{% include "components/badge.html" with label="Live" tone="ok" icon="check" only %}</div>
{% include "components/alert.html" with tone="warn" title="Two things are missing" body="Add a bank account so that we can pay you out." url="/x/" link="Add account" only %}
<section class="setting mt"><header><h2>Profile</h2><p>Customers see this on your page.</p></header><div class="panel">{% include "components/form.html" with form=form submit="Save changes" cancel_url="/x/" csrf_token="t" only %}</div></section></div>{% endblock %}"""
SHOP = """{% extends "shells/storefront.html" %}{% load ui %}{% block main %}<div class="wrap page">{% include "components/breadcrumbs.html" with links=links only %}
<div class="split"><div>{% include "components/gallery.html" with pictures=pictures label="Pictures" only %}</div><div class="stack sticky"><p class="muted">Atelier Ochre</p><h1 class="display">Terracotta bottle vase</h1>{% include "components/stars.html" with rating=4.8 reviews=212 only %}{% include "components/price.html" with price=price was=was large=True only %}
<form class="form" method="post"><fieldset class="choices inline"><legend class="vh">Size</legend>{% for n in sizes %}<label class="choice bare"><input type="radio" name="v" value="{{ n }}"{% if forloop.first %} checked{% endif %}>{{ n }}</label>{% endfor %}</fieldset><div class="row">{% include "components/quantity.html" with name="q" id="q" value=1 max=9 label="Quantity" only %}{% include "components/button.html" with label="Add to basket" icon="shopping-bag" size="large" only %}</div></form>
{% include "components/alert.html" with tone="ok" body="In stock, sent within two days." only %}{% include "components/totals.html" with lines=lines label="Total" amount=price only %}</div></div>
<h2 class="mt">More like this</h2><div class="with-aside mt"><aside class="stack s" aria-label="Filters">{% include "components/facet.html" with label="Material" options=options open=True only %}</aside><div class="grid prods">{% for tile in tiles %}{% include "components/product_card.html" with tile=tile only %}{% endfor %}</div></div>
{% include "components/steps.html" with steps=steps current=2 only %}</div>{% endblock %}"""


class ShopForm(forms.Form):
    name = forms.CharField(help_text="As on your shop's sign.", initial="Atelier Ochre")
    email = forms.EmailField()
    story = forms.CharField(widget=forms.Textarea, required=False)
    country = forms.ChoiceField(choices=[("it", "Italy"), ("nl", "Netherlands")])
    news = forms.BooleanField(label="Send me news", required=False)


def _render(source: str, context: Mapping[str, Any], path: str) -> str:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return engines["django"].from_string(source).render(dict(context), request)


def home(look: Design) -> str:
    with design_previewed(look):
        return _render(HOME, {"sections": section_views(look, supply(look))}, "/")


def product(look: Design) -> str:
    context = {
        "links": [
            Plain(label="Home", url="/"),
            Plain(label="Ceramics", url="/c/"),
            Plain(label="Vase", url="/"),
        ],
        "pictures": [artwork(name) for name in ("vase", "bowls", "basket")],
        "price": Money(6800, "EUR"),
        "was": Money(7900, "EUR"),
        "sizes": ("Small", "Medium", "Large"),
        "lines": [Plain(label="Delivery", amount=Money(490, "EUR"))],
        "options": [
            Plain(label=name, url="/", count=n, selected=n == 12)
            for name, n in (("Clay", 12), ("Linen", 7))
        ],
        "tiles": products()[:3],
        "steps": ("Address", "Delivery", "Payment"),
    }
    with design_previewed(look):
        return _render(SHOP, context, "/p/1/")


def _rails() -> None:
    """The rails of the samples alone: those of the rooms count things in a database."""
    navigation._items.clear()
    for surface in ("manage", "partner"):
        for label, url, icon, group in (
            ("Home", "", "home", ""), ("Products", "products/", "package", "sell"), ("Orders", "orders/", "receipt", "sell"),
            ("Customers", "customers/", "users", "people"), ("Payouts", "payouts/", "wallet", "money"),
            ("Design", "design/", "palette", "design"), ("Settings", "settings/", "settings", "settings"),
        ):  # fmt: skip
            count = (lambda _: 7) if label == "Orders" else None
            register_nav_item(
                NavItem(surface, label, f"/{surface}/{url}", icon, group, count=count)
            )


def dashboard(look: Design) -> str:
    with _rails_of_rooms_put_aside():
        return _dashboard(look)


@contextlib.contextmanager
def _rails_of_rooms_put_aside() -> Iterator[None]:
    kept = {surface: list(items) for surface, items in navigation._items.items()}
    _rails()
    try:
        yield
    finally:
        navigation._items.clear()
        navigation._items.update(kept)


def _dashboard(look: Design) -> str:
    money = Money(1284050, "EUR")
    states = (("Paid", "ok"), ("To pack", "warn"), ("Refunded", "bad"), ("Sent", "neutral"))
    rows = [
        Row(
            [
                Cell(f"#{1042 - i}", url="/o/", note="3 pieces"),
                Cell("Ines Duarte"),
                Cell(state, tone=tone),
                Cell(NOW),
                Cell(Money(12400 + i * 990, "EUR")),
            ]
        )
        for i, (state, tone) in enumerate(states)
    ]
    columns = [
        Column("Order"),
        Column("Customer"),
        Column("State"),
        Column("Placed"),
        Column("Total", end=True),
    ]
    context = {
        "tabs": [
            Plain(label="Today", url="/", current=True, count=12),
            Plain(label="Week", url="/", current=False, count=None),
        ],
        "stats": [
            Plain(
                label="Sales", value=money, icon="coins", note="12% more than last week", trend="up"
            ),
            Plain(label="Orders", value="148", icon="receipt", note="9 to pack", trend=""),
            Plain(label="Visitors", value="3,204", icon="users", note="4% fewer", trend="down"),
            Plain(
                label="Your commission",
                value=Money(102724, "EUR"),
                icon="hand-coins",
                note="8% of sales",
                trend="",
            ),
        ],
        "table": Table("Latest orders", columns, rows),
        "page": Page([], next_cursor="abc"),
        "checks": [
            Plain(label="Choose your colours", help="", url="", action="", done=True),
            Plain(label="Add a product", help="", url="", action="", done=True),
            Plain(
                label="Connect payments",
                help="So that customers can pay.",
                url="/x/",
                action="Connect",
                done=False,
            ),
            Plain(
                label="Invite a shop",
                help="Or sell everything yourself.",
                url="/x/",
                action="Invite",
                done=False,
            ),
        ],
        "entries": [
            Plain(label="Paid", note="by card", at=NOW, state="done"),
            Plain(label="Packed", note="", at=NOW, state="now"),
            Plain(label="Delivered", note="", at=None, state=""),
        ],
    }
    with design_previewed(look):
        return _render(DASHBOARD, context, "/manage/orders/")


def settings_form(look: Design) -> str:
    with _rails_of_rooms_put_aside():
        return _settings_form(look)


def _settings_form(look: Design) -> str:
    links = [Plain(label="Home", url="/"), Plain(label="Shop", url="/")]
    with design_previewed(look):
        return _render(
            FORM,
            {"form": ShopForm({"name": "", "email": "x"}), "links": links},
            "/partner/settings/",
        )


def problem(look: Design) -> str:
    body = {
        "status": 404,
        "title": "This page is not here",
        "detail": "It may have moved.",
        "request_id": "r1",
    }
    with design_previewed(look):
        return render_to_string("shells/error.html", {"problem": body})


def sample_pages() -> dict[str, str]:
    """Every page by name."""
    looks = {name: design(name) for name in BRANDS}
    other = {
        "hearth-dark": design("hearth", mode="dark"),
        "metro-light": design("metro", mode="light"),
        "riviera-dark": design("riviera", mode="dark"),
    }
    pages = {f"home-{name}": home(look) for name, look in (looks | other).items()}
    pages |= {f"product-{name}": product(look) for name, look in looks.items()}
    hearth = looks["hearth"]
    pages |= {
        "dashboard": dashboard(hearth),
        "form": settings_form(hearth),
        "error": problem(hearth),
    }
    return pages


def style_sheets() -> dict[str, str]:
    looks = [design(name) for name in BRANDS]
    looks += [
        design("hearth", mode="dark"),
        design("metro", mode="light"),
        design("riviera", mode="dark"),
    ]
    return {look.css_url: look.css_text for look in looks}


TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "woff2": "font/woff2", "avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}  # fmt: skip


def _handler(answers: Mapping[str, str]) -> type[BaseHTTPRequestHandler]:
    policy = content_security_policy()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            kind = TYPES.get(path.rpartition(".")[2], "text/html; charset=utf-8")
            body = answers[path].encode() if path in answers else None
            if body is None and path.startswith("/static/"):
                found = finders.find(path.removeprefix("/static/"))
                if found:
                    body = Path(found).read_bytes()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    return Handler


@contextlib.contextmanager
def served(extra: Mapping[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """The address of a server of all sample pages, and their names."""
    pages = sample_pages()
    answers = (
        {f"/{name}/": html for name, html in pages.items()} | style_sheets() | dict(extra or {})
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", list(pages)
    finally:
        server.shutdown()
        server.server_close()
