"""What happened, told to the rest of the house: publish, relay, handlers and the inbox of handled events and received webhooks."""
