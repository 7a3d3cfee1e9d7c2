"""Measurements, each beside its reference in the same run: `manage.py bench <name> --json`."""
