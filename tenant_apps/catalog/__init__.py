"""Categories, products, variants, prices and stock.

Doors: `domain.products` and `domain.moderation` (a product's way), `domain.stock` (steps for
ordering: reserve, release, sell, cancel, ship, take_back), `domain.inventory` (by hand),
`domain.categories`, `domain.attributes`, `domain.drafts` (what a product should be); `queries`
(ProductDetail, Offer, lists of keepers). Events out: catalog.product_{submitted,published,
rejected,archived,changed}, catalog.category_changed, catalog.stock_{changed,ran_low}.
"""
