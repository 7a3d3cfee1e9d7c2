"""What a marketplace does: the modules of one tenant."""
