"""Backups: consistent copies of databases, and a folder that says what is in it."""
