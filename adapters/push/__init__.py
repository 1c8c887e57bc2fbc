"""Adapters that send push messages."""
