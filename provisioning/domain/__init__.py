"""How tenants are born, changed and ended."""
