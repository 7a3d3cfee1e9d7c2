"""Composes pages for customers and partners."""
