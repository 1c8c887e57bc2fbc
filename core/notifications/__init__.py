"""Notifications: who is told what, over which channels, and that it reaches them."""
