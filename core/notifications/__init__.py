"""Notifications: who is told what, over which channels, and their delivery."""
