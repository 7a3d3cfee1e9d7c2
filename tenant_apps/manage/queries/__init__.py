"""What the operator's composed pages show, gathered from the rooms below."""
