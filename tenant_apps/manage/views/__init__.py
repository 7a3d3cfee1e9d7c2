"""Pages of the operator that belong to no single room."""
