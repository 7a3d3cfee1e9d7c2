"""Benches of DESIGN 13: each measures itself and its reference in the same run."""
