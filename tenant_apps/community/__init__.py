"""Directory, events and discussions around the marketplace."""
