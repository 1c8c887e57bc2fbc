"""Adapters of the operating system: clock, ids, randomness, files and locks."""
