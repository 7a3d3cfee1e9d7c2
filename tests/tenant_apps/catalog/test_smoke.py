from __future__ import annotations

from tenant_apps.catalog.queries import offers, product_at, product_with
from tenant_apps.discovery.queries import SearchQuery, cards, search, suggest
from tests.factories.catalog import colours_and_sizes, deliver, make_category, make_listing
from tests.factories.partners import make_vendor


def test_smoke(in_alpha):
    vendor = make_vendor()
    category = make_category()
    pid = make_listing(vendor, category_id=category, **colours_and_sizes([("Red","S",1000),("Blue","M",2000)]))
    deliver()
    detail = product_with(pid)
    print(detail)
    print(product_at(detail.slug).title, offers([v.id for v in detail.variants]))
    print(cards())
    for q in [SearchQuery(), SearchQuery(text="shirt"), SearchQuery(text="shrt"), SearchQuery(text="lin"), SearchQuery(facets={"color": frozenset({"red"}), "size": frozenset({"m"})})]:
        p = search(q); print(p.total, p.did_you_mean, [c.title for c in p.cards], [(g.code,[(v.value,v.count,v.label) for v in g.values]) for g in p.facets])
    print(suggest("line"), suggest("shrit"))
    assert 0
