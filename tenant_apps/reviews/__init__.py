"""What buyers say of goods and shops, and shops of buyers: only after the order was delivered.

Doors: `domain.reviews` (write, revise, withdraw), `domain.replies`, `domain.moderation` (report, publish,
hide, dismiss); `queries` (summaries, lists, what may be reviewed). A subject is a Ref: `catalog.product`,
`partners.partner` or `identity.user` (the buyer). Average and count of a subject are kept in the same
transaction (RatingSummary). Events out: reviews.review_{published,hidden,replied,reported}.v1 and
reviews.rating_changed.v1, which discovery hears.
"""
