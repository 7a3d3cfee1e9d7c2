"""Serving images and documents."""
