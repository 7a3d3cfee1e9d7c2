"""Tests of shared_apps.mailer."""
