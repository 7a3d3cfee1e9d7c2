"""Account pages, hand-over and the sign-in API."""
