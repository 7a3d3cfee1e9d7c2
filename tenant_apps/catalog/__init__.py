"""Categories, products, variants, prices and stock."""
