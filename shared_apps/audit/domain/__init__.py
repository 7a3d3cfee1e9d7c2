"""Recording acts, and sealing what was recorded."""
