"""The store of the payments context."""
