"""The store of the analytics context."""
