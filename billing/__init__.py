"""What an operator pays the platform: tiers, take rates, subscriptions, usage, invoices."""
