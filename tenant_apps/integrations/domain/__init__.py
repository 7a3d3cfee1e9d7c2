"""Bringing foreign files in."""
