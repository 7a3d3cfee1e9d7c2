"""How partners come, change and go."""
