"""Composes pages for operators."""
