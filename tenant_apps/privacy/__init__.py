"""Consent, access, erasure and retention."""
