"""Tests of shared_apps.identity."""
