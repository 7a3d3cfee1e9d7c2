"""Telling facts, hearing them, and doing things once."""
