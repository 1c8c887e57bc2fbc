"""The store of the catalog context."""
