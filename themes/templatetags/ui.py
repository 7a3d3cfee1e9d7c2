"""The tags that every page may use: icons, pictures, money, dates, slots, texts and the tenant's design."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from babel import Locale, UnknownLocaleError, dates, numbers
from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import TenantContext, current_scope
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from themes.domain.artwork import artwork
from themes.domain.icons import ICONS
from themes.domain.navigation import NavItem, current_url, nav_items
from themes.domain.panels import panels_in
from themes.domain.pictures import FORMATS, Picture
from themes.queries import Design, active_design

register = template.Library()

GROUP_LABELS = {
    "": "",
    "sell": _("Sell"),
    "people": _("People"),
    "money": _("Money"),
    "design": _("Storefront"),
    "platform": _("Platform"),
    "settings": _("Settings"),
}
RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur"})
WORDS_OF_INITIALS = 2


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """An inline line icon, hidden from screen readers; a dot for a name that an operator mistyped. `extra` is another class, `flip` mirrors it in RTL."""
    return format_html(
        '<svg class="ic {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        extra,
        mark_safe(ICONS.get(name, ICONS["circle-dot"])),  # noqa: S308  (our own constant markup)
    )


@register.simple_tag
def picture(picture: Picture | None, sizes: str = "100vw", *, eager: bool = False) -> SafeString:
    """`<picture>` with AVIF, WebP and JPEG; nothing for None. `eager` for the one above the fold."""
    if picture is None:
        return SafeString("")
    sources = format_html_join(
        "",
        '<source type="image/{}" srcset="{}" sizes="{}">',
        ((kind, picture.srcset(kind), sizes) for kind in FORMATS[:-1] if picture.srcset(kind)),
    )
    jpeg = picture.srcset("jpeg")
    responsive = format_html(' srcset="{}" sizes="{}"', jpeg, sizes) if jpeg else ""
    return format_html(
        '<picture>{}<img src="{}"{} alt="{}" width="{}" height="{}" {} decoding="async"></picture>',
        sources,
        picture.src,
        responsive,
        picture.alt,
        picture.width,
        picture.height,
        SafeString('fetchpriority="high"' if eager else 'loading="lazy"'),
    )


def reader_locale() -> Locale:
    """The reader's locale; the platform's own when Babel does not know it."""
    return _locale(translation.get_language() or "en-gb")


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(translation.to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


@register.filter
def money(amount: Money | None) -> str:
    """An amount in the reader's locale: €1,234.50."""
    if amount is None:
        return ""
    return _written(amount, translation.get_language() or "en-gb")


@lru_cache(maxsize=8192)
def _written(amount: Money, language: str) -> str:
    return numbers.format_currency(amount.decimal(), amount.currency, locale=_locale(language))


@register.filter
def number(value: float | None) -> str:
    return "" if value is None else _counted(value, translation.get_language() or "en-gb")


@lru_cache(maxsize=8192)
def _counted(value: float, language: str) -> str:
    return numbers.format_decimal(value, locale=_locale(language))


@register.filter
def compact(value: Money | int | None) -> str:
    """A figure for the scale of a chart: €1.2K, 340."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return numbers.format_compact_currency(
            value.decimal(), value.currency, locale=reader_locale(), fraction_digits=1
        )
    return numbers.format_compact_decimal(value, locale=reader_locale(), fraction_digits=1)


@register.filter
def plain(value: int) -> str:
    """A number for an attribute, without the reader's separators."""
    return str(value)


@register.filter
def percent(bps: int | None) -> str:
    """Basis points as a percentage: 1250 is 12.5%."""
    if bps is None:
        return ""
    return numbers.format_percent(bps / 10_000, format="#,##0.##%", locale=reader_locale())


@register.filter
def day(value: date | datetime | None, style: str = "medium") -> str:
    """A date in the reader's locale and zone. `style`: short, medium, long, full."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return dates.format_date(local, format=_style(style), locale=reader_locale())


@register.filter
def moment(value: datetime | None, style: str = "medium") -> str:
    """A date with its time in the reader's locale and zone."""
    if value is None:
        return ""
    local, locale = timezone.localtime(value), reader_locale()
    on = dates.format_date(local, format=_style(style), locale=locale)
    return f"{on}, {dates.format_time(local, format='short', tzinfo=local.tzinfo, locale=locale)}"


def _style(style: str) -> Any:
    return style if style in {"short", "medium", "long", "full"} else "medium"


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word, for an avatar without a picture."""
    words = str(name).split()
    chosen = words[:1] + words[-1:] if len(words) >= WORDS_OF_INITIALS else words
    return "".join(word[0] for word in chosen).upper()


@register.simple_tag
def facet_option(option: Any, label: str = "") -> SafeString:
    """One value of a filter, as a link with its count: dozens stand on a page, so no template renders them."""
    return format_html(
        '<li><a href="{}" rel="nofollow"{}><span class="box">{}</span>{}'
        '<span class="count">{}</span></a></li>',
        option.url,
        SafeString(' aria-current="true"' if option.selected else ""),
        icon("check") if option.selected else "",
        label or option.label,
        number(option.count),
    )


@register.simple_tag(name="active_design")
def design_tag() -> Design:
    """`{% active_design as design %}`: the look of the tenant, or of the platform."""
    return active_design()


@register.simple_tag
def text(key: str, default: str = "") -> str:
    """A text of the page, as the operator changed it, else the default."""
    return active_design().texts.get(key, default)


@register.simple_tag
def text_direction() -> str:
    return "rtl" if (translation.get_language() or "")[:2] in RIGHT_TO_LEFT else "ltr"


@register.simple_tag
def theme_css(design: Design) -> str:
    """The address of the tokens of a design."""
    return design.css_url or static("themes/tokens-plain.css")


@register.simple_tag(takes_context=True)
def panel(context: Mapping[str, Any], slot: str, ref: Ref | None = None) -> SafeString:
    """What other modules have to show in a slot of this page."""
    request: HttpRequest | None = context.get("request")
    return SafeString(
        "".join(
            render_to_string(found.template, dict(found.context), request=request)
            for found in panels_in(slot, request=request, ref=ref)
        )
    )


@register.simple_tag(takes_context=True)
def workspace_nav(context: Mapping[str, Any], surface: str) -> list[dict[str, Any]]:
    """The rail of a back office, by groups, with the entry of this page marked."""
    request: HttpRequest | None = context.get("request")
    scope = current_scope()
    modules = scope.modules if isinstance(scope, TenantContext) else None
    items = nav_items(surface, modules=modules)
    current = current_url(items, request.path if request else "")
    return [
        {
            "label": GROUP_LABELS.get(group, group),
            "items": [
                {
                    "item": item,
                    "current": item.url == current,
                    "count": _count_beside(item, request),
                }
                for item in members
            ],
        }
        for group, members in groupby(items, key=lambda item: item.group)
    ]


def _count_beside(item: NavItem, request: HttpRequest | None) -> int:
    """Asked once a page, though the rail is drawn twice: at the side and in the menu of phones."""
    if item.count is None or request is None:
        return 0
    known: dict[str, int] = request.__dict__.setdefault("_galleria_nav_counts", {})
    if item.url not in known:
        known[item.url] = item.count(request)
    return known[item.url]


@register.simple_tag
def art(name: str, alt: str = "", sizes: str = "100vw", *, eager: bool = False) -> SafeString:
    """One of the pictures that come with the platform (themes.domain.artwork)."""
    return picture(artwork(name, alt), sizes, eager=eager)


@register.simple_tag
def city_map() -> SafeString:
    """The ornament map of a city, coloured by the theme."""
    from themes.domain.citymap import city_svg

    return mark_safe(city_svg())  # noqa: S308  (our own generated markup)
