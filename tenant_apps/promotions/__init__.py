"""Coupons, vouchers, loyalty credit and gift cards."""
