"""Stored value: one wallet per person for all their roles, and what gift cards hold.

Doors: domain.balances (credit, debit), domain.holds (hold, capture_hold, release_hold),
domain.top_ups (steps of a top-up), queries (balance_of, wallet_of, statement).
Money lives in the ledger: `wallet:<user id>` is what can be spent, `wallet_held:<user id>` what is
set aside for a purchase under way; gift cards have the same pair. Pending are top-ups that the
provider has not reported as paid. Events out: wallet.topped_up.v1.
"""
