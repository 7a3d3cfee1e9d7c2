"""Reviews on the pages of readers, vendors and the operator, and in the API."""
