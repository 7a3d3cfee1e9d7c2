"""Ratings about a ref."""
