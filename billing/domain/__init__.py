"""Tiers, take rates and what operators owe the platform."""
