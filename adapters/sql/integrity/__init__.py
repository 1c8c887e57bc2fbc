"""Snapshots of the store for checks."""
