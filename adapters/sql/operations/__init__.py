"""The store of the operations context."""
