"""Coupons, vouchers, gift cards and loyalty credit.

Doors: domain.discounts (quote, reserve_codes, confirm_codes, give_back_codes), domain.gift_cards
(find, issue, buy), domain.loyalty (reward), queries. Codes work on lines that a room above
describes; nothing here knows products or orders. Gift cards are stored value (room wallet).
Hears payments.payment_captured and payments.payment_closed for gift cards that were bought.
"""
