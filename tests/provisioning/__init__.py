"""Births, pauses and ends of tenants."""
