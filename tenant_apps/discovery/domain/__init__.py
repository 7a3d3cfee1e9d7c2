"""Keeping the cards in step with what they show."""
