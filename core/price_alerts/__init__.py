"""Watching prices: who waits for which lowest ask, and when it came down to that."""
