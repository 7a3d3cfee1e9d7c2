"""Changes of the catalogue: categories, products, moderation, stock."""
