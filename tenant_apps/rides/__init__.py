"""Tariffs, shifts, dispatch and tracking."""
