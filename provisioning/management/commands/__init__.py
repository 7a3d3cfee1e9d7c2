"""Commands of the provisioning room."""
