"""Posting to the books, rolling them up and checking them."""
