"""Checks that everything in the store agrees."""
