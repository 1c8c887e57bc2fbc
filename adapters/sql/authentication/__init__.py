"""The store of the authentication context."""
