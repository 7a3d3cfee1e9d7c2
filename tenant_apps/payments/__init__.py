"""Charge, capture, refund and dispute through the operator's gateway."""
