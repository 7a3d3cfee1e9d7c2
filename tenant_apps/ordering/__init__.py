"""Cart, checkout, orders with their vendor orders, and all that follows a sale.

Doors: `domain.checkout` and `domain.placing` until an order is placed; then `domain.fulfilment`
(parcels), `cancelling`, `returns` with `inspections` and `exchanges`, `claims`, `goodwill`, `edits`,
`timers` (by `after_sales` terms), `digital_goods`, `documents`. Whatever is undone goes through
`domain.reversing`: reversal rows, the vendor's share and the refund in one step, to the cent by
`domain.line_refunds`. `queries` and `queries.after_sales` are what pages and other rooms read.
"""
