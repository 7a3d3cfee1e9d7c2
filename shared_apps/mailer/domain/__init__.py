"""Rendering, queueing and delivering messages."""
