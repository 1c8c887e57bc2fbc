"""The store of the orders context."""
