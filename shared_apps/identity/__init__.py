"""People: users, roles, sign-in, tokens, active role."""
