"""What may be done with tenants and their hosts."""
