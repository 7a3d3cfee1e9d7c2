"""Messages rendered, delivered and logged."""
