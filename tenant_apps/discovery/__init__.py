"""Search index and listing cards, built from events; resolves refs.

Doors: `queries` (search, cards, category_page, vendor_page, related, suggest, resolve);
`domain.cards` (raise_popularity for rooms above). Events in: those of catalog and
partners that change what a card shows. Everything here can be built anew: `rebuild_search`.
"""
