"""Whole pages for shoppers, composed from what the rooms below answer."""

from __future__ import annotations
