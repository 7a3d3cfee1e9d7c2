"""Values and rules every room shares: no tables, no HTTP."""
