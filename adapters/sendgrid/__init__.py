"""Adapters for SendGrid, which sends mail."""
