"""Tests of shared_apps.media."""
