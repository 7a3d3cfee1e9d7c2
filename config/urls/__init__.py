"""URL maps: one a surface, composed from the rooms' own lists."""
