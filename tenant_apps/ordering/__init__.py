"""Cart, checkout, orders, vendor orders, fulfilment and returns."""
