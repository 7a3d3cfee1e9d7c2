"""The mailbox page of development and demo."""
