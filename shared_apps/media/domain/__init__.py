"""What may be stored, how it is re-encoded, where it lies and who may fetch it."""
