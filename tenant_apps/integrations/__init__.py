"""API keys, outbound webhooks, import and export."""
