"""Events turned into messages by preference."""
