"""Append-only record of who did what to which ref, sealed into a hash chain."""
