"""Which events become messages to whom."""
