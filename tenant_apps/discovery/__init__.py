"""Search index and listing cards built from events; resolves refs."""
