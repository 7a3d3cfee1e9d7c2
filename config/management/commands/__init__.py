"""Commands that speak for the whole house."""
