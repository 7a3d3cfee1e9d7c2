from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from themes.domain import navigation, panels
from themes.domain.pictures import Picture
from themes.domain.sections import section_views, supplies_needed
from themes.queries import Design, SectionSpec, design_previewed
from themes.templatetags import ui

LOOK = Design(brand_name="Loam", chain=("hearth", "base"))


def render(source, context=None, path="/"):
    with design_previewed(LOOK):
        return (
            engines["django"]
            .from_string("{% load ui %}" + source)
            .render(context or {}, RequestFactory().get(path))
        )


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en-gb", "€1,234.50"), ("de", "1.234,50\xa0€"), ("fr", "1\u202f234,50\xa0€")],
)
def test_money_is_written_in_the_readers_locale(language, expected):
    with translation.override(language):
        assert ui.money(Money(123450, "EUR")) == expected


def test_money_without_minor_units_has_none():
    with translation.override("en-gb"):
        assert ui.money(Money(1200, "JPY")) == "JP¥1,200"


def test_dates_and_shares_are_written_in_the_readers_locale():
    at = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    with translation.override("de"):
        assert ui.day(date(2026, 3, 1), "long") == "1. März 2026"
        assert ui.moment(at) == "01.03.2026, 09:05"
        assert ui.percent(1250) == "12,5%"
    assert (ui.day(None), ui.moment(None), ui.money(None), ui.percent(None)) == ("", "", "", "")


def test_a_picture_names_its_sources_best_first_and_escapes_its_words():
    picture = Picture(
        "/a.jpg",
        '"><script>',
        sources={"webp": {640: "/b.webp"}, "avif": {640: "/b.avif", 320: "/a.avif"}},
    )

    html = render('{% picture p "50vw" %}', {"p": picture})

    assert html.index("avif") < html.index("webp")
    assert "/a.avif 320w, /b.avif 640w" in html
    assert "<script>" not in html


def test_initials_of_names():
    assert [ui.initials(name) for name in ("Ada May Wong", "loam", "")] == ["AW", "L", ""]


def test_right_to_left_languages_say_so():
    with translation.override("ar"):
        assert ui.text_direction() == "rtl"


def test_a_slot_shows_what_rooms_offer_for_this_thing(monkeypatch):
    monkeypatch.setattr(panels, "_slots", panels.defaultdict(list))
    panels.register_panel(
        "probe", lambda _, ref: panels.Panel("components/badge.html", {"label": ref.id}), order=2
    )
    panels.register_panel("probe", lambda _request, _ref: None, order=1)

    html = render(
        '{% panel "probe" ref %}{% panel "nobody" %}', {"ref": Ref("catalog.product", "p1")}
    )

    assert html.count("badge") == 1
    assert "p1" in html


def test_the_rail_marks_this_page_and_hides_what_is_switched_off(monkeypatch):
    monkeypatch.setattr(navigation, "_items", navigation.defaultdict(list))
    item = navigation.NavItem
    for entry in (
        item("manage", "Home", "/manage/", "home"),
        item("manage", "Products", "/manage/products/", "package", "sell"),
        item("manage", "Rides", "/manage/rides/", "car", "sell", module="rides"),
    ):
        navigation.register_nav_item(entry)
    shown = navigation.nav_items("manage", modules={"marketplace"})

    assert [entry.label for entry in shown] == ["Home", "Products"]
    assert navigation.current_url(shown, "/manage/products/new/") == "/manage/products/"


def test_a_text_of_the_operator_wins_over_the_default():
    look = Design(brand_name="Loam", texts={"cart.title": "Your finds"})
    with design_previewed(look):
        assert (ui.text("cart.title", "Basket"), ui.text("other", "Basket")) == (
            "Your finds",
            "Basket",
        )


def test_sections_without_goods_and_of_unknown_kinds_are_left_out():
    specs = (
        SectionSpec(
            "hero", "hero_split", {"title": "Hi", "images": ["vase", "nothing", {"src": "/x.jpg"}]}
        ),
        SectionSpec("shelf", "products"),
        SectionSpec("old", "flash_intro"),
    )
    look = Design(brand_name="Loam", chain=("hearth", "base"), sections=specs)

    views = section_views(look, {})

    assert [view.key for view in views] == ["hero"]
    assert [picture.src for picture in views[0].settings["pictures"]][1:] == ["/x.jpg"]
    assert [(need.key, need.goods, need.limit) for need in supplies_needed(look)] == [
        ("shelf", "products", 8)
    ]
