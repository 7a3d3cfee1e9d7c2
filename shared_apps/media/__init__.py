"""Stored files: sniffed, re-encoded, in several widths, behind signed access."""
