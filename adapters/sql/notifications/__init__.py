"""The store of the notifications context."""
