"""Who is asking: tenants, domains, routing by host, isolation guards and entitlements."""
