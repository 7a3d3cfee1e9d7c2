"""Pages of the platform: the public site and the console."""
