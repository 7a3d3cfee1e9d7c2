"""Split, commission and payout."""
