"""Foundations every room stands on."""
