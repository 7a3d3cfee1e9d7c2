"""Addresses, zones and distance."""
