"""Decorators: adapters that wrap another adapter of the same port and add one feature."""
