"""Balance, top-up, spend, holds and statement of one person."""
