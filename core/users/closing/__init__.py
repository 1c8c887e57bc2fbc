"""Closing: an account ends at once, and what is personal of it once no trade needs it."""
