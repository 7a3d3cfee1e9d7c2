"""Tiers and takes."""
