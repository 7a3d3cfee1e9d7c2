"""The database backend: one connection, one tenant at a time, closed by default."""
