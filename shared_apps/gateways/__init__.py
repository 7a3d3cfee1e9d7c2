"""The outside world, one folder each: client, fake and errors. No tables."""
