"""Campaigns, creatives, auction, pacing, events and rollups."""
