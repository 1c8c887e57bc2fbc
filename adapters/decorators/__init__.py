"""Adapters around another adapter of the same port, to which they add one thing."""
