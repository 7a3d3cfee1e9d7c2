"""Conversations about a ref."""
